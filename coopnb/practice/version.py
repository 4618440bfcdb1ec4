"""What this engine says it is."""

from __future__ import annotations

ENGINE = "28.5.2-practice"
"""The release whose behaviour is imitated, marked so that nobody takes it for a real engine."""

API = (1, 51)
OLDEST_API = (1, 24)
"""Newest and oldest version of the API; a world may raise the oldest (``minimum_api``), as engine 29.0 did."""


def dotted(version: tuple[int, int]) -> str:
    """A version as text."""
    return f"{version[0]}.{version[1]}"
