"""What is free on each node: resources, ports, and how many tasks run there."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from coopnb.practice.objects import Json, Node, Stored, Task, TaskState
from coopnb.practice.store import Change


@dataclass(slots=True, eq=False)
class Room:
    """A node with what its tasks take; only reservations count, limits do not."""

    node: Node
    taken_nano_cpus: int = 0
    taken_memory: int = 0
    taken_generic: Counter[str] = field(default_factory=Counter)
    ports: Counter[tuple[str, int]] = field(default_factory=Counter)
    tasks: int = 0
    by_service: Counter[str] = field(default_factory=Counter)

    @property
    def nano_cpus(self) -> int:
        """Billionths of a CPU that are not reserved."""
        return self.node.nano_cpus - self.taken_nano_cpus

    @property
    def memory(self) -> int:
        """Bytes of memory that are not reserved."""
        return self.node.memory - self.taken_memory

    def generic(self, kind: str) -> int:
        """How many of a generic resource are not reserved."""
        return self.node.generic.get(kind, 0) - self.taken_generic[kind]

    def count(self, task: Task, sign: int) -> None:
        """Count a task in (1) or out again (-1)."""
        nano_cpus, memory = reservations(task.spec)
        self.taken_nano_cpus += sign * nano_cpus
        self.taken_memory += sign * memory
        for kind, number in generic_reservations(task.spec).items():
            _add(self.taken_generic, kind, sign * number)
        for port in host_ports(task.endpoint_spec):
            _add(self.ports, port, sign)
        if task.wanted:
            self.tasks += sign
            _add(self.by_service, task.service_id, sign)


class Rooms:
    """The rooms of all nodes, kept up to date with every write."""

    def __init__(self) -> None:
        self._rooms: dict[str, Room] = {}

    def all(self) -> list[Room]:
        """Every node's room, in the order of the nodes."""
        return list(self._rooms.values())

    def of(self, node_id: str) -> Room | None:
        """A node's room, or None when there is no such node."""
        return self._rooms.get(node_id)

    def changed(self, change: Change) -> None:
        """Follow one write."""
        old, new = change.old, change.new
        if isinstance(change.object, Task):
            before, after = _counted(old), _counted(new)
            if before is None or after is None or before.wanted != after.wanted or before.node_id != after.node_id:
                self._count(before, -1)
                self._count(after, 1)
        elif isinstance(new, Node):
            room = self._rooms.get(new.id)
            if room is None:
                self._rooms[new.id] = Room(new)
            else:
                room.node = new
        elif isinstance(old, Node):
            del self._rooms[old.id]

    def _count(self, task: Task | None, sign: int) -> None:
        room = self._rooms.get(task.node_id) if task is not None else None
        if task is not None and room is not None:
            room.count(task, sign)


def reservations(spec: Json) -> tuple[int, int]:
    """Billionths of a CPU and bytes of memory that a task reserves."""
    reserved = (spec.get("Resources") or {}).get("Reservations") or {}
    return int(reserved.get("NanoCPUs", 0)), int(reserved.get("MemoryBytes", 0))


def generic_reservations(spec: Json) -> dict[str, int]:
    """Generic resources that a task reserves, by kind."""
    reserved = (spec.get("Resources") or {}).get("Reservations") or {}
    found: dict[str, int] = {}
    for resource in reserved.get("GenericResources") or []:
        discrete = resource.get("DiscreteResourceSpec") or {}
        if discrete:
            found[str(discrete.get("Kind", ""))] = int(discrete.get("Value", 0))
    return found


def host_ports(endpoint_spec: Json | None) -> set[tuple[str, int]]:
    """Ports that a task takes on its node (mode host)."""
    if not endpoint_spec:
        return set()
    return {
        (str(port.get("Protocol", "tcp")), int(port["PublishedPort"]))
        for port in endpoint_spec.get("Ports") or []
        if port.get("PublishMode") == "host" and port.get("PublishedPort")
    }


def _counted(stored: Stored | None) -> Task | None:
    """A task counts from the moment it has a node until it has stopped running."""
    if isinstance(stored, Task) and TaskState.ASSIGNED <= stored.state <= TaskState.RUNNING:
        return stored
    return None


def _add(counter: Counter[Any], key: Any, number: int) -> None:
    counter[key] += number
    if not counter[key]:
        del counter[key]
