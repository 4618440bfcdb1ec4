"""Characters that act unseen, made visible: in a terminal they move the cursor, in a name they lie about its order."""

from __future__ import annotations

import unicodedata

HIDES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode categories that are not seen but act: controls, formats (all bidi marks), surrogates, separators."""

_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def visible(text: str, *, keep: str = "") -> str:
    r"""Write every character that acts unseen as its escape, but those in ``keep``.

    >>> visible("a\x1b[2Jb\u202ec\n")
    'a\\x1b[2Jb\\u202ec\\n'
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(character if character in keep else _visible(character) for character in text)


def _visible(character: str) -> str:
    if unicodedata.category(character) not in HIDES:
        return character
    if character in _NAMED:
        return _NAMED[character]
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
