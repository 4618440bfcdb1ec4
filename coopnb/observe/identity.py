"""Which swarm is at the other end, and whether it can be managed from there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from coopnb.engine import Engine
from coopnb.errors import InputError
from coopnb.model.server import ServerIdentity, ServerRow

PRACTICE_LABEL = "practice=true"
SELF_PACED_LABEL = "practice.clock=auto"
_HINT = "Connect to a manager node, or make one: docker swarm init"


def identify(engine: Engine, name: str) -> ServerIdentity:
    """Ask the engine who it is.

    Raises:
        InputError: the engine is no manager of a swarm.
    """
    info = engine.info()
    if (state := _swarm_state(info)) != "manager":
        raise InputError(
            f"{name} is not a manager of a swarm (its swarm state is {state})",
            where=f"server {name}, {engine.url}",
            hint=_HINT,
        )
    labels = info.get("Labels") or ()
    return ServerIdentity(
        name=name,
        endpoint=engine.url,
        swarm_id=engine.swarm_id(),
        practice=PRACTICE_LABEL in labels,
        engine=str(info.get("ServerVersion", "")),
        self_paced=SELF_PACED_LABEL in labels,
        api=engine.api_version,
    )


def stand(engine: Engine, name: str) -> ServerRow:
    """How a server that answers stands; one call. What is no manager is told, not raised."""
    info = engine.info()
    state = _swarm_state(info)
    return ServerRow(
        name=name,
        endpoint=engine.url,
        reachable=True,
        engine=str(info.get("ServerVersion", "")),
        nodes=int((info.get("Swarm") or {}).get("Nodes") or 0),
        swarm=state,
        practice=PRACTICE_LABEL in (info.get("Labels") or ()),
        error="" if state == "manager" else f"not a manager of a swarm (its swarm state is {state})",
        next="" if state == "manager" else _HINT,
    )


def _swarm_state(info: Mapping[str, Any]) -> str:
    """``manager``, ``worker``, or the engine's own word for a node that is neither."""
    swarm = info.get("Swarm") or {}
    state = str(swarm.get("LocalNodeState") or "inactive")
    if state != "active":
        return state
    return "manager" if swarm.get("ControlAvailable") else "worker"
