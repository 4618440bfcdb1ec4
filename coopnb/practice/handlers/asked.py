"""Which engine a request asks, and whether that engine may answer for the swarm."""

from __future__ import annotations

from coopnb.practice.engines import Engine
from coopnb.practice.swarm import PracticeSwarm
from coopnb.practice.wire import Request
from coopnb.practice.wire_errors import Refusal

OUTSIDE = (
    'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm '
    "and try again."
)
WORKER = (
    "This node is not a swarm manager. Worker nodes can't be used to view or modify cluster state. Please run this "
    "command on a manager node or promote the current node to a manager."
)


def asked_engine(swarm: PracticeSwarm, request: Request) -> Engine:
    """The engine that a request asks.

    Raises:
        Refusal: 404, the world has no such machine.
    """
    engine = swarm.engines.get(request.engine)
    if engine is None:
        raise Refusal(404, f"the practice swarm has no machine {request.engine}")
    return engine


def need_manager(engine: Engine) -> None:
    """Refuse what only a manager knows (daemon/cluster/cluster.go, errNoManager).

    Raises:
        Refusal: 503, the engine is a worker or in no swarm.
    """
    if not engine.is_manager:
        raise Refusal(503, WORKER if engine.node_id else OUTSIDE)
