"""Which swarm is at the other end, and whether it can be managed from there."""

from __future__ import annotations

from coopnb.engine import Engine
from coopnb.errors import InputError
from coopnb.model.server import ServerIdentity

PRACTICE_LABEL = "practice=true"
SELF_PACED_LABEL = "practice.clock=auto"


def identify(engine: Engine, name: str) -> ServerIdentity:
    """Ask the engine who it is.

    Raises:
        InputError: the engine is no manager of a swarm.
    """
    info = engine.info()
    swarm = info.get("Swarm") or {}
    if not swarm.get("ControlAvailable"):
        state = swarm.get("LocalNodeState") or "inactive"
        raise InputError(
            f"{name} is not a manager of a swarm (its swarm state is {state})",
            where=f"server {name}, {engine.url}",
            hint="Connect to a manager node, or make one: docker swarm init",
        )
    labels = info.get("Labels") or ()
    return ServerIdentity(
        name=name,
        endpoint=engine.url,
        swarm_id=engine.swarm_id(),
        practice=PRACTICE_LABEL in labels,
        engine=str(info.get("ServerVersion", "")),
        self_paced=SELF_PACED_LABEL in labels,
    )
