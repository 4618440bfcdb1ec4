"""All servers looked at closely, at once; one that is down delays none of the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from coopnb.engine import Engine
from coopnb.model.fleet import ServerHealth, SwarmHealth
from coopnb.observe.fleet import swarm_health
from coopnb.server.roster import PATIENCE, Asked, names, roster
from coopnb.workspace import Workspace


def look_at_all(
    workspace: Workspace,
    wanted: Sequence[str] | None = None,
    *,
    timeout: float = PATIENCE,
    seen: Callable[[Asked], None] | None = None,
) -> tuple[ServerHealth, ...]:
    """Ask servers how they and everything on them stand; a value each, in the order of their names here.

    Args:
        wanted, timeout, seen: as of :func:`coopnb.server.roster.roster`.
    """
    chosen = tuple(names(workspace) if wanted is None else wanted)
    found: dict[str, SwarmHealth] = {}

    def closer(name: str, door: Engine) -> None:
        found[name] = swarm_health(door)

    rows = roster(workspace, chosen, timeout=timeout, seen=seen, closer=closer)
    # One that answered after its time is told as what it was then.
    return tuple(ServerHealth(row, found.get(row.name) if row.usable else None) for row in rows)
