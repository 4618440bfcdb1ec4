"""``environment`` to ``Env``."""

from __future__ import annotations

from collections.abc import Mapping


def environment(given: Mapping[str, str | None]) -> list[str]:
    """``NAME=value``, sorted; a name without a value stands alone."""
    return sorted(name if value is None else f"{name}={value}" for name, value in given.items())
