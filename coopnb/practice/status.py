"""How a practice swarm stands: what its control socket says, and what is read of that on the other side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Places:
    """Where a practice process listens and keeps its state; what it has not is empty.

    Attributes:
        socket: the manager's engine.
        control: the control socket.
        tcp: the manager's engine through TCP, as ``tcp://127.0.0.1:2375``.
        engines: the sockets of the other nodes' engines, by hostname.
        state: the file that the state is kept in.
    """

    socket: str
    control: str = ""
    tcp: str = ""
    engines: Mapping[str, str] = field(default_factory=dict)
    state: str = ""


@dataclass(frozen=True, slots=True)
class NodeStatus:
    """A node: what the swarm thinks of it, and whether its engine answers."""

    hostname: str
    role: str
    state: str
    availability: str
    engine_answers: bool


@dataclass(frozen=True, slots=True)
class ServiceStatus:
    """A service: how many tasks run, and how many should."""

    name: str
    running: int
    wanted: int


@dataclass(frozen=True, slots=True)
class Status:
    """A practice swarm at one moment of its own time.

    Attributes:
        world: its world's name.
        clock: ``real``, ``auto`` or ``stepped``.
        now: its time, RFC 3339.
        uptime: seconds of its own time since it began.
        faults: what is broken on purpose, a sentence each.
    """

    pid: int
    world: str
    seed: int
    clock: str
    speed: float
    now: str
    uptime: float
    places: Places
    nodes: tuple[NodeStatus, ...]
    services: tuple[ServiceStatus, ...]
    faults: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """The status as it goes over the control socket."""
        return {"practice": True, **asdict(self)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Status:
        """The status that came over the control socket."""
        plain = {name: value[name] for name in ("pid", "world", "seed", "clock", "speed", "now", "uptime")}
        return cls(
            **plain,
            places=Places(**value["places"]),
            nodes=tuple(NodeStatus(**node) for node in value["nodes"]),
            services=tuple(ServiceStatus(**service) for service in value["services"]),
            faults=tuple(value["faults"]),
        )


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault that can be put in.

    Attributes:
        name: as in ``coopnb practice fault NAME``.
        target: what it is put in: a kind of thing, as ``node``; empty when it is about the swarm as a whole.
        summary: what it does, in a line.
        inverse: the fault that mends it; empty when nothing does.
    """

    name: str
    target: str
    summary: str
    inverse: str = ""
