"""Where the settings of a ``.env`` text stand, character by character, before anything is expanded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from coopnb.errors import SettingsError

Quote = Literal["", "'", '"']

_SETTING = re.compile(r"[ \t]*(?:export[ \t]+)?(?P<name>[A-Za-z_][A-Za-z0-9_.]*)[ \t]*=[ \t]*")
_OPTION = re.compile(r"[ \t]*#[ \t]*(?P<name>[A-Z][A-Z0-9_]*)=[ \t]*")
_QUOTED = {
    "'": re.compile(r"'(?P<body>[^']*)'"),
    '"': re.compile(r'"(?P<body>(?:[^"\\]|\\.)*)"', re.DOTALL),
}
_PLAIN_END = re.compile(r"(?<=[ \t])#|\r?\n|\r?\Z")
_REST = re.compile(r"[ \t\r]*(?P<comment>#[^\n]*)?(?:\n|\Z)")
_NOTE = re.compile(r"(?:^|(?<=[\s#]))([A-Za-z_][A-Za-z0-9_-]*)=(\S+)")


@dataclass(frozen=True, slots=True)
class Written:
    """A setting as it is written.

    Attributes:
        start, end: the slice of the text that is the value, quotes included.
        quote: the quotes around it, if any.
        body: what stands between the quotes, nothing expanded.
        line: of its name, counted from 1.
        commented: whether it is an option that is switched off with ``#``.
    """

    name: str
    start: int
    end: int
    quote: Quote
    body: str = field(repr=False)
    line: int
    notes: dict[str, str]
    commented: bool


def scan(text: str, name: str) -> Iterator[Written]:
    """Find the settings and the commented-out options of a text, in order.

    The grammar is godotenv's, which the field's tools use: ``NAME=value`` where a value is
    plain to the end of its line, ``'literal'``, or ``"with \\n and $NAME"``, the quoted ones over
    several lines if need be; ``#`` after a blank begins a comment. A commented option is ``#``,
    blanks, a name in capitals, ``=``, and a value that could stand there; any other comment is prose.

    Raises:
        SettingsError: a line that is none of these, with its number and never with its content.
    """
    position = 1 if text.startswith("\ufeff") else 0
    line = 1
    while position < len(text):
        end_of_line = _line_end(text, position)
        written = None
        if text[position:end_of_line].strip():
            if text[position:end_of_line].lstrip(" \t").startswith("#"):
                written = _option(text, position, end_of_line, line)
            else:
                written = _setting(text, position, line, name)
        if written:
            yield written
            end_of_line = max(end_of_line, _line_end(text, written.end))
        line += text.count("\n", position, end_of_line)
        position = end_of_line


def _setting(text: str, position: int, line: int, file: str) -> Written:
    head = _SETTING.match(text, position)
    if not head:
        raise SettingsError(
            "a line is neither a setting nor a comment",
            where=f"{file}:{line}",
            hint="write it as NAME=value, or begin it with #",
        )
    start = head.end()
    quote = text[start : start + 1]
    if quote not in _QUOTED:
        return _plain(text, head, line, commented=False)
    quoted = _QUOTED[quote].match(text, start)
    if not quoted:
        raise SettingsError(
            f"the quote {quote} that {head['name']} begins with is never closed",
            where=f"{file}:{line}",
            hint=f"close it with {quote} at the end of the value",
        )
    rest = _REST.match(text, quoted.end())
    if not rest:
        raise SettingsError(
            f"there is text after the closing quote of {head['name']}",
            where=f"{file}:{line + text.count(chr(10), start, quoted.end())}",
            hint="put the whole value between one pair of quotes",
        )
    return _written(head, quoted, rest, line, commented=False)


def _option(text: str, position: int, end_of_line: int, line: int) -> Written | None:
    head = _OPTION.match(text, position, end_of_line)
    if not head:
        return None
    quote = text[head.end() : head.end() + 1]
    if quote not in _QUOTED:
        return _plain(text, head, line, commented=True)
    quoted = _QUOTED[quote].match(text, head.end(), end_of_line)
    rest = _REST.match(text, quoted.end()) if quoted else None
    return _written(head, quoted, rest, line, commented=True) if quoted and rest else None


def _plain(text: str, head: re.Match[str], line: int, *, commented: bool) -> Written:
    start = head.end()
    found = _PLAIN_END.search(text, start)
    stop = found.start() if found else len(text)
    body = text[start:stop].rstrip(" \t")
    if not body:  # an empty value stands right behind its '=', before blanks and a comment
        start = text.index("=", head.end("name")) + 1
    rest = _REST.match(text, stop)
    return Written(
        name=head["name"],
        start=start,
        end=start + len(body),
        quote="",
        body=body,
        line=line,
        notes=_notes(rest["comment"] if rest else None),
        commented=commented,
    )


def _written(head: re.Match[str], quoted: re.Match[str], rest: re.Match[str], line: int, *, commented: bool) -> Written:
    return Written(
        name=head["name"],
        start=quoted.start(),
        end=quoted.end(),
        quote="'" if quoted[0][0] == "'" else '"',
        body=quoted["body"],
        line=line,
        notes=_notes(rest["comment"]),
        commented=commented,
    )


def _notes(comment: str | None) -> dict[str, str]:
    return dict(_NOTE.findall(comment or ""))


def _line_end(text: str, position: int) -> int:
    found = text.find("\n", position)
    return len(text) if found < 0 else found + 1
