"""Says what is wrong with JSON in the words of Go's encoding/json (its scanner.go, step by step)."""

from __future__ import annotations

import json

_SPACE = " \t\r\n"
_ESCAPES = 'bfnrt\\/"'
_DEEPEST = 10_000
_LITERALS = {"t": "true", "f": "false", "n": "null"}


class GoSyntaxError(ValueError):
    """The text is no JSON; the message is Go's."""


def first_value(text: str) -> tuple[int, int]:
    """Where the first value of a text begins and ends.

    Raises:
        GoSyntaxError: it is no JSON, or not all of it is there.
    """
    start = _skip(text, 0)
    if start == len(text):
        raise GoSyntaxError("EOF")
    return start, _Scanner(text).value(start)


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text

    def value(self, at: int) -> int:
        """The end of the value that begins at a place; without recursion, for hostile depths."""
        open_brackets: list[str] = []
        while True:
            at, opened = self._begin(at, open_brackets)
            if opened:
                continue
            at = self._close(at, open_brackets)
            if not open_brackets:
                return at

    def _begin(self, at: int, open_brackets: list[str]) -> tuple[int, bool]:
        """Read up to the end of a simple value, or into the first value of a list or an object."""
        letter = self._at(at)
        if letter not in "[{":
            return self._simple(at), False
        open_brackets.append(letter)
        if len(open_brackets) > _DEEPEST:
            raise GoSyntaxError("exceeded max depth")
        at = _skip(self.text, at + 1)
        if letter == "[" and self._at(at) == "]":
            open_brackets.pop()
            return at + 1, False
        if letter == "{":
            if self._at(at) == "}":
                open_brackets.pop()
                return at + 1, False
            at = self._key(at)
        return at, True

    def _close(self, at: int, open_brackets: list[str]) -> int:
        """Read from the end of a value to the beginning of the next, closing what ends on the way."""
        while open_brackets:
            at = _skip(self.text, at)
            letter = self._at(at)
            inside = open_brackets[-1]
            if letter == ",":
                at = _skip(self.text, at + 1)
                return self._key(at) if inside == "{" else at
            if letter != ("}" if inside == "{" else "]"):
                raise self._wrong(at, "after object key:value pair" if inside == "{" else "after array element")
            open_brackets.pop()
            at += 1
        return at

    def _key(self, at: int) -> int:
        if self._at(at) != '"':
            raise self._wrong(at, "looking for beginning of object key string")
        at = _skip(self.text, self._string(at))
        if self._at(at) != ":":
            raise self._wrong(at, "after object key")
        return _skip(self.text, at + 1)

    def _simple(self, at: int) -> int:
        letter = self._at(at)
        if letter == '"':
            return self._string(at)
        if letter in _LITERALS:
            return self._literal(at, _LITERALS[letter])
        if letter == "-" or letter in "0123456789":
            return self._number(at)
        raise self._wrong(at, "looking for beginning of value")

    def _string(self, at: int) -> int:
        at += 1
        while True:
            letter = self._at(at)
            if letter == '"':
                return at + 1
            if ord(letter) < 0x20:
                raise self._wrong(at, "in string literal")
            at += 1
            if letter != "\\":
                continue
            if self._at(at) == "u":
                for digit in range(at + 1, at + 5):
                    if self._at(digit) not in "0123456789abcdefABCDEF":
                        raise self._wrong(digit, "in \\u hexadecimal character escape")
                at += 5
            elif self.text[at] in _ESCAPES:
                at += 1
            else:
                raise self._wrong(at, "in string escape code")

    def _literal(self, at: int, word: str) -> int:
        for offset in range(1, len(word)):
            if self._at(at + offset) != word[offset]:
                raise self._wrong(at + offset, f"in literal {word} (expecting '{word[offset]}')")
        return at + len(word)

    def _number(self, at: int) -> int:
        if self.text[at] == "-":
            at += 1
            if self._at(at) not in "0123456789":
                raise self._wrong(at, "in numeric literal")
        at = at + 1 if self.text[at] == "0" else self._digits(at)
        if self.text[at : at + 1] == ".":
            at = self._some_digits(at + 1, "in numeric literal")
        if self.text[at : at + 1] in ("e", "E"):
            at += 2 if self.text[at + 1 : at + 2] in ("+", "-") else 1
            at = self._some_digits(at, "in numeric literal")
        return at

    def _some_digits(self, at: int, where: str) -> int:
        if self._at(at) not in "0123456789":
            raise self._wrong(at, where)
        return self._digits(at)

    def _digits(self, at: int) -> int:
        while self.text[at : at + 1] in tuple("0123456789"):
            at += 1
        return at

    def _at(self, at: int) -> str:
        if at >= len(self.text):
            raise GoSyntaxError("unexpected EOF")
        return self.text[at]

    def _wrong(self, at: int, where: str) -> GoSyntaxError:
        return GoSyntaxError(f"invalid character {_quoted(self.text[at])} {where}")


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in _SPACE:
        at += 1
    return at


def _quoted(letter: str) -> str:
    """A character as Go's scanner shows it."""
    if letter == "'":
        return r"'\''"
    if letter == '"':
        return "'\"'"
    return "'" + json.dumps(letter, ensure_ascii=not letter.isprintable())[1:-1] + "'"
