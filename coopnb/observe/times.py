"""The engine's timestamps (RFC 3339 with nanoseconds) as UTC datetimes."""

from __future__ import annotations

from datetime import UTC, datetime

_NEVER = datetime(1, 1, 1, tzinfo=UTC)


def moment(text: str | None) -> datetime:
    """Parse ``2026-11-23T10:12:56.51353751Z``; digits beyond microseconds are cut.

    Go's zero time, and a missing one, are the year 1.
    """
    if not text:
        return _NEVER
    seconds, _, rest = text.partition(".")
    if not rest:
        return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(UTC)
    digits = len(rest) - len(rest.lstrip("0123456789"))
    zone = rest[digits:].replace("Z", "+00:00")
    return datetime.fromisoformat(f"{seconds}.{rest[:digits][:6]:0<6}{zone}").astimezone(UTC)
