"""What this engine says it is."""

from __future__ import annotations

ENGINE = "28.2.2-practice"
"""The release whose behaviour is imitated, marked so that nobody takes it for a real engine."""

API = (1, 47)
OLDEST_API = (1, 24)


def dotted(version: tuple[int, int]) -> str:
    """A version as text."""
    return f"{version[0]}.{version[1]}"
