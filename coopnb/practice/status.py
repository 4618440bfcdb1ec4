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

    def __str__(self) -> str:
        """What an operator reads: how it stands, what is wrong, then the rest."""
        counts = f"{_count(len(self.nodes), 'node')}, {_count(len(self.services), 'service')}"
        clock = f"{self.clock} clock" + (f", {self.speed:g} times as fast" if self.speed != 1 else "")
        lines = [f"Practice swarm: world {self.world}, {counts}; {clock}, {plain_time(self.now)}"]
        lines += [f"  ✗ {fault}" for fault in self.faults]
        lines += ["nodes", *_columns([_node_row(node) for node in self.nodes])]
        if self.services:
            lines += ["services", *_columns([_service_row(service) for service in self.services])]
        else:
            lines += ["No services yet."]
        lines += [f"process {self.pid}, up {_span(self.uptime)} of its own time, seed {self.seed}"]
        places = self.places
        engines = ", ".join(places.engines) if len(places.engines) < 5 else f"{len(places.engines)} other nodes"
        folder = places.control.rpartition("/")[0]
        more = [f"engines of {engines}", f"unix://{folder}/nodes/NAME.sock"] if engines else []
        where = [("engine", f"unix://{places.socket}"), ("through TCP", places.tcp), tuple(more)]
        where += [("state", places.state), ("control", places.control)]
        lines += _columns([list(pair) for pair in where if pair and pair[1]])
        return "\n".join(harmless(line) for line in lines)

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
class FaultKind:
    """A fault that can be put in.

    Attributes:
        name: as in ``coopnb practice fault NAME``.
        target: what it is put in: a kind of thing, as ``node``, in brackets when it may be left out; empty for none.
        summary: what it does, in a line.
        inverse: the fault that mends it; empty when nothing does.
        settings: what else can be said, with its default, as ``latency=0.5``.
    """

    name: str
    target: str
    summary: str
    inverse: str = ""
    settings: tuple[str, ...] = ()


def harmless(text: str) -> str:
    """Text of a world or a client, fit for a terminal: what is not printable is replaced."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)


def plain_time(rfc3339: str) -> str:
    """A time to the second, with its zone in words."""
    return f"{rfc3339[:10]} {rfc3339[11:19]} UTC"


def _node_row(node: NodeStatus) -> list[str]:
    sign = "✗" if node.state == "down" or not node.engine_answers else "●" if node.state == "ready" else "?"
    return [f"{sign} {node.hostname}", node.role, node.state, node.availability] + (
        [] if node.engine_answers else ["its engine does not answer"]
    )


def _service_row(service: ServiceStatus) -> list[str]:
    sign = "●" if service.running >= service.wanted else "◐" if service.running else "…"
    return [f"{sign} {service.name}", f"{service.running}/{service.wanted}"]


def _columns(rows: list[list[str]]) -> list[str]:
    """Rows as lines, their cells one under the other."""
    width = max((len(row) for row in rows), default=0)
    widths = [max((len(row[at]) for row in rows if at < len(row)), default=0) for at in range(width)]
    return ["  " + "  ".join(cell.ljust(widths[at]) for at, cell in enumerate(row)).rstrip() for row in rows]


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _span(seconds: float) -> str:
    """A time span in its two largest units."""
    whole = int(seconds)
    parts = ((whole // 86400, "d"), (whole // 3600 % 24, "h"), (whole // 60 % 60, "min"), (whole % 60, "s"))
    told = [f"{number} {unit}" for number, unit in parts if number][:2]
    return " ".join(told) or "0 s"
