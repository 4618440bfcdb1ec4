"""What an unquoted word of YAML means to Docker: the dialect of Go's yaml.v3, not PyYAML's.

``no`` and ``on`` are text, ``22:22`` is text, ``0440`` and ``0o440`` are 288, ``1e3`` is 1000
(go-yaml v3, ``resolve.go``). Where docker/cli turns a number into text it prints it as Go
does: ``1.10`` becomes ``1.1``.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from decimal import Decimal

_WORDS: dict[str, bool | float | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
}
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_WHOLE = re.compile(
    r"(?P<sign>[-+]?)(?:0[xX](?P<hex>[0-9a-fA-F]+)|0[bB](?P<two>[01]+)|0[oO]?(?P<oct>[0-7]+)|(?P<ten>0|[1-9][0-9]*))"
)
_TIME = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})"
    r"(?:(?:[Tt](\d{1,2}):(\d{1,2}):(\d{1,2})(\.\d*)?(Z|[-+]\d\d:\d\d))|(?: (\d{1,2}):(\d{1,2}):(\d{1,2})(\.\d*)?))?"
)


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time, which only a value that becomes text may be: ``text`` is how Go prints it."""

    text: str


def resolve(text: str) -> str | int | float | bool | Moment | None:
    """Read an unquoted scalar."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] == ".":
        return _as_float(text)
    if text[0] not in "+-0123456789":
        return text
    moment = _as_time(text)
    if moment is not None:
        return moment
    bare = text.replace("_", "")
    whole = _as_whole(bare)
    return whole if whole is not None else _as_float(bare, otherwise=text)


def _as_whole(text: str) -> int | None:
    """Go's ``ParseInt(text, 0, 64)``, then ``ParseUint``."""
    match = _WHOLE.fullmatch(text)
    if match is None:
        return None
    bases = (("hex", 16), ("two", 2), ("oct", 8), ("ten", 10))
    digits, base = next((match[name], base) for name, base in bases if match[name] is not None)
    value = int(digits, base)
    if match["sign"] == "-":
        return -value if value <= 2**63 else None
    limit = 2**63 if match["sign"] else 2**64
    return value if value < limit else None


def _as_float(text: str, otherwise: str | None = None) -> str | float:
    kept = text if otherwise is None else otherwise
    if _FLOAT.fullmatch(text) is None:
        return kept
    value = float(text)
    return kept if value in (float("inf"), float("-inf")) else value


def _as_time(text: str) -> Moment | None:
    """A timestamp, as Go prints a ``time.Time``."""
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    year, month, day = match[1], int(match[2]), int(match[3])
    hour, minute, second = (int(match[4 + i] or match[9 + i] or 0) for i in range(3))
    is_day = 1 <= month <= 12 and 1 <= day <= monthrange(int(year), month)[1]
    if not (is_day and hour < 24 and minute < 60 and second < 60):
        return None
    fraction = (match[7] or match[12] or "").rstrip("0").rstrip(".")
    zone = "+0000 UTC" if match[8] in (None, "Z", "+00:00") else " ".join([match[8].replace(":", "")] * 2)
    return Moment(f"{year}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}{fraction} {zone}")


def go_text(value: str | int | float | bool | Moment) -> str:
    """Print a scalar as Go's ``fmt.Sprint`` does."""
    if isinstance(value, Moment):
        return value.text
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _go_float(value)
    return str(value)


def _go_float(value: float) -> str:
    """``%v``: the shortest digits that read back, an exponent below -4 and from 6 on (strconv/ftoa.go)."""
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    if not isinstance(exponent, int):
        return {"n": "NaN", "F": "-Inf" if sign else "+Inf"}.get(exponent, "NaN")
    text = "".join(map(str, digits))
    point = len(text) + exponent
    front = "-" if sign else ""
    if value == 0:
        return front + "0"
    if -4 <= point - 1 < 6:
        if point <= 0:
            return f"{front}0.{'0' * -point}{text}"
        return front + (text + "0" * (point - len(text)) if point >= len(text) else f"{text[:point]}.{text[point:]}")
    mantissa = text[0] + ("." + text[1:] if len(text) > 1 else "")
    return f"{front}{mantissa}e{'-' if point < 1 else '+'}{abs(point - 1):02}"
