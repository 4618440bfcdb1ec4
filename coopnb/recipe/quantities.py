"""Durations and sizes, as Go's ``time.ParseDuration`` and go-units' ``RAMInBytes`` read them."""

from __future__ import annotations

import re
from fractions import Fraction

_NANOSECONDS = {
    "ns": 1,
    "us": 1_000,
    "\u00b5s": 1_000,
    "\u03bcs": 1_000,
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "m": 60_000_000_000,
    "h": 3_600_000_000_000,
}
_STEP = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|\u00b5s|\u03bcs|ms|s|m|h)", re.ASCII)
_DURATION = re.compile(rf"(?P<sign>[-+]?)(?:0|(?P<steps>(?:{_STEP.pattern})+))", re.ASCII)
_SIZE = re.compile(r"(?P<number>\d+(?:\.\d*)?|\.\d+) ?(?:(?P<unit>[kmgtp])(?:i?b)?|b)?", re.ASCII | re.IGNORECASE)
_LARGEST = 2**63 - 1


def nanoseconds(text: str) -> int:
    """Read a duration.

    >>> nanoseconds("1m30s")
    90000000000

    Raises:
        ValueError: no duration, or one of more than 292 years.
    """
    match = _DURATION.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no duration")
    total = sum(int(Fraction(number) * _NANOSECONDS[unit]) for number, unit in _STEP.findall(match["steps"] or ""))
    if total > _LARGEST:
        raise ValueError(f"{text!r} is too long")
    return -total if match["sign"] == "-" else total


def size_in_bytes(text: str) -> int:
    """Read a size; units are powers of 1024, with or without ``i``.

    >>> size_in_bytes("50M")
    52428800

    Raises:
        ValueError: no size.
    """
    match = _SIZE.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no size")
    power = "kmgtp".index(match["unit"].lower()) + 1 if match["unit"] else 0
    return int(Fraction(match["number"]) * 1024**power)
