"""Points in time as clients give them: seconds since 1970 with a fraction, or RFC 3339."""

from __future__ import annotations

import re
from datetime import datetime

from coopnb.practice.clock import SECOND
from coopnb.practice.wire_errors import Refusal

_UNIX = re.compile(r"(\d{1,12})(?:\.(\d{1,9})\d*)?")


def read_moment(text: str, what: str = "") -> int | None:
    """Nanoseconds since 1970; None for an empty text.

    Raises:
        Refusal: 500 (dockerd passes Go's error on as it is), it is no time; ``what`` says in front which one.
    """
    if text in ("", "0"):
        return None
    found = _UNIX.fullmatch(text)
    if found is not None:
        return int(found[1]) * SECOND + int((found[2] or "").ljust(9, "0"))
    try:
        return int(datetime.fromisoformat(text).timestamp() * 1_000_000) * 1_000
    except (ValueError, OverflowError, OSError):
        raise Refusal(500, f'{what}strconv.ParseInt: parsing "{text[:64]}": invalid syntax') from None
