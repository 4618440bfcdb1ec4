"""How all servers stand at once: a value a server, and what of it needs a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from coopnb.model.history import NodeLoad
from coopnb.model.server import ServerRow

Weight = Literal["not reachable", "not as wanted", "to know"]
"""What a concern asks for: a way to the server; a person; nothing, but somebody may wonder."""


@dataclass(frozen=True, slots=True)
class ServiceHealth:
    """A service of any stack, and what happened to it in the last hour.

    Attributes:
        stack: its namespace; empty where it has none.
        wanted, running: tasks.
        update: the engine's word for its last update (``paused``, ``rollback_completed``); empty without one.
        message: the engine's sentence to it.
        restarts: attempts of the last hour that ended by themselves and were followed by another one.
        at_least: whether the swarm may have forgotten earlier ones.
        reason: how the last of them ended, in the engine's words.
        waits: why a task of it cannot be placed, in the engine's words.
    """

    name: str
    stack: str
    wanted: int
    running: int
    update: str = ""
    message: str = ""
    restarts: int = 0
    at_least: bool = False
    reason: str = ""
    waits: str = ""


@dataclass(frozen=True, slots=True)
class SwarmHealth:
    """What runs on a swarm, in all its stacks; by name."""

    nodes: tuple[NodeLoad, ...]
    services: tuple[ServiceHealth, ...]


@dataclass(frozen=True, slots=True)
class ServerHealth:
    """One server of the fleet; ``swarm`` is ``None`` where nothing could be seen of it."""

    row: ServerRow
    swarm: SwarmHealth | None = None


@dataclass(frozen=True, slots=True)
class Concern:
    """Something about a server that is not as one would wish.

    Attributes:
        subject: a service or a node; empty where the server itself is meant.
        what: what is so, in a sentence that fits a row.
        next: what to do about it; a command where there is one.
    """

    weight: Weight
    server: str
    subject: str
    what: str
    next: str = ""
