"""Text from outside, made harmless, and short enough for its place.

Names, labels, log lines and errors come from recipes and containers: they may hold escape sequences
that move a terminal's cursor, and direction marks that make one name look like another.
"""

from __future__ import annotations

import html
import unicodedata

from coopnb.harmless import visible


def clean(text: str) -> str:
    r"""Write every character that acts unseen as its escape, so that one line stays one line.

    >>> clean("a\x1b[2Jb\u202ec")
    'a\\x1b[2Jb\\u202ec'
    """
    return visible(text)


def escape(text: str) -> str:
    """Make ``text`` harmless in HTML, between tags and in a quoted attribute."""
    return html.escape(clean(text), quote=True)


def shorten(text: str, limit: int) -> str:
    """Cut the middle out of what is longer than ``limit`` characters: both ends tell values apart.

    >>> shorten("registry.example.org/wiki:1.39.17", 15)
    'registr…1.39.17'
    """
    text = clean(text)
    if len(text) <= limit:
        return text
    tail = (limit - 1) // 2
    return f"{text[: limit - 1 - tail]}…{text[len(text) - tail :]}"


def shorten_pair(before: str, after: str, limit: int) -> tuple[str, str]:
    """Cut two values that differ so that they still do: where only the middle differs, from there on.

    >>> shorten_pair("a" * 40 + "1" + "b" * 40, "a" * 40 + "2" + "b" * 40, 9)
    ('…aa1bbbb…', '…aa2bbbb…')
    """
    before, after = clean(before), clean(after)
    short = (shorten(before, limit), shorten(after, limit))
    if before == after or short[0] != short[1]:
        return short
    same = next(at for at, (one, other) in enumerate(zip(before, after, strict=False)) if one != other)
    window = slice(same - 2, same - 4 + limit)
    return (f"…{before[window]}…", f"…{after[window]}…")


def columns(text: str) -> int:
    """How many columns a terminal gives to ``text``: wide characters take two, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(_columns_of(character) for character in text)


def counted(number: int, singular: str, plural: str = "") -> str:
    """Put a number before its noun.

    >>> counted(1, "task"), counted(2, "task")
    ('1 task', '2 tasks')
    """
    return f"{number} {singular if number == 1 else plural or singular + 's'}"


def of_wanted(running: int, wanted: int) -> str:
    """``1 of 2``; only the number where more run than are wanted, which :func:`surplus` says."""
    return str(running) if running > wanted else f"{running} of {wanted}"


def surplus(running: int, wanted: int) -> str:
    """What is wanted, where more run than that: while an update overlaps, or the old task is being stopped."""
    return f", {wanted} wanted" if running > wanted else ""


def duration(seconds: float) -> str:
    """Say a duration in whole seconds, and from two minutes on in minutes too.

    >>> duration(31.4), duration(135)
    ('31 s', '2 min 15 s')
    """
    whole = max(0, round(seconds))
    return f"{whole} s" if whole < 120 else f"{whole // 60} min {whole % 60} s"


def _columns_of(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
