"""``cap_add`` and ``cap_drop`` (docker/cli ``opts/capabilities.go``)."""

from __future__ import annotations

from collections.abc import Iterable

_ALL = "ALL"
_RESET = "RESET"


def capabilities(add: Iterable[str], drop: Iterable[str]) -> tuple[list[str], list[str]]:
    """What is added and what is dropped: in upper case with ``CAP_``, ``ALL`` alone, adding wins."""
    added = _normalised(add)
    return sorted(added - {_RESET}), sorted(_normalised(drop) - added - {_RESET})


def _normalised(names: Iterable[str]) -> set[str]:
    given = {name.strip().upper() for name in names}
    if _ALL in given:
        return {_ALL}
    return {name if name == _RESET or name.startswith("CAP_") else f"CAP_{name}" for name in given}
