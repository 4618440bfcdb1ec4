"""The worlds that are shipped, by name."""

from __future__ import annotations

from pathlib import Path

from coopnb.practice.world.load import DEFAULT_WORLD
from coopnb.practice.world.values import WorldError

_FOLDER = DEFAULT_WORLD.parent / "worlds"


def shipped_worlds() -> dict[str, Path]:
    """The files of the shipped worlds by name; ``default`` is one of them."""
    return {"default": DEFAULT_WORLD, **{path.stem: path for path in sorted(_FOLDER.glob("*.yaml"))}}


def find_world(given: str) -> Path:
    """The file of a world that is given by the name of a shipped one, or by a path.

    Raises:
        WorldError: it is neither.
    """
    shipped = shipped_worlds()
    if given in shipped:
        return shipped[given]
    if not Path(given).is_file():
        raise WorldError(f"{given}: no such file, and no world of that name is shipped; there are {', '.join(shipped)}")
    return Path(given)
