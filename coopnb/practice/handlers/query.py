"""Reads parameters of a query as Go's strconv does, and complains in its words."""

from __future__ import annotations

import re

from coopnb.practice.wire import Request
from coopnb.practice.wire_errors import Refusal

_TRUE, _FALSE = ("1", "t", "T", "true", "TRUE", "True"), ("0", "f", "F", "false", "FALSE", "False")


def read_bool(request: Request, name: str) -> bool:
    """A parameter that ``strconv.ParseBool`` reads; False when it is not there.

    Raises:
        Refusal: 400, it is neither.
    """
    text = request.query.get(name, "")[:40]
    if text in ("", *_FALSE):
        return False
    if text not in _TRUE:
        raise Refusal(400, f"invalid value for {name}: {text}")
    return True


def read_int(request: Request, name: str, status: int = 500) -> int | None:
    """A parameter that ``strconv.Atoi`` reads; None when it is not there.

    Raises:
        Refusal: it is no number; 500 unless told otherwise, for dockerd passes most such errors on as they are.
    """
    text = request.query.get(name, "")[:40]
    if not text:
        return None
    if not re.fullmatch(r"[+-]?[0-9]+", text):
        raise Refusal(status, f'strconv.Atoi: parsing "{text}": invalid syntax')
    number = int(text)
    if not -(2**63) <= number < 2**63:
        raise Refusal(status, f'strconv.Atoi: parsing "{text}": value out of range')
    return number


def read_version(request: Request, word: str, brief: bool = False) -> int:
    """The ``version`` parameter of an update; secrets and configs complain briefly.

    Raises:
        Refusal: 400, in Go's words.
    """
    text = request.query.get("version", "")[:40]
    wrong = f"invalid {word} version '{text}': strconv.ParseUint: parsing \"{text}\""
    if brief:
        wrong = f"invalid {word} version"
        if not (text.isascii() and text.isdigit() and int(text) < 2**64):
            raise Refusal(400, wrong)
    if not text.isascii() or not text.isdigit():
        raise Refusal(400, f"{wrong}: invalid syntax")
    number = int(text)
    if number >= 2**64:
        raise Refusal(400, f"{wrong}: value out of range")
    return number


def read_uint32(request: Request, name: str, what: str) -> int:
    """A parameter that must be a number of 32 bits; ``what`` is how dockerd calls it.

    Raises:
        Refusal: 400, it is none.
    """
    text = request.query.get(name, "")[:40]
    why = "" if re.fullmatch(r"[0-9]+", text) else "invalid syntax"
    if not why and int(text) >= 2**32:
        why = "value out of range"
    if why:
        raise Refusal(400, f'invalid {what} "{text}": strconv.ParseUint: parsing "{text}": {why}')
    return int(text)
