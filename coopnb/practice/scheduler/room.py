"""What is free on a node: resources, ports, and how many tasks run there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from coopnb.practice.objects import Json, Node, Task, TaskState


@dataclass(slots=True)
class Room:
    """A node with what its tasks take; only reservations count, limits do not."""

    node: Node
    nano_cpus: int
    memory: int
    ports: set[tuple[str, int]] = field(default_factory=set)
    tasks: int = 0
    by_service: Counter[str] = field(default_factory=Counter)

    def take(self, task: Task) -> None:
        """Count a task in."""
        reserved = reservations(task.spec)
        self.nano_cpus -= reserved[0]
        self.memory -= reserved[1]
        self.ports |= host_ports(task.endpoint_spec)
        if task.wanted:
            self.tasks += 1
            self.by_service[task.service_id] += 1


def rooms(nodes: Iterable[Node], tasks: Iterable[Task]) -> list[Room]:
    """The nodes with their tasks counted in; a task counts until it has stopped running."""
    found = {node.id: Room(node, node.nano_cpus, node.memory) for node in nodes}
    for task in tasks:
        if task.node_id in found and TaskState.ASSIGNED <= task.state <= TaskState.RUNNING:
            found[task.node_id].take(task)
    return list(found.values())


def reservations(spec: Json) -> tuple[int, int]:
    """Billionths of a CPU and bytes of memory that a task reserves."""
    reserved = (spec.get("Resources") or {}).get("Reservations") or {}
    return int(reserved.get("NanoCPUs", 0)), int(reserved.get("MemoryBytes", 0))


def host_ports(endpoint_spec: Json | None) -> set[tuple[str, int]]:
    """Ports that a task takes on its node (mode host)."""
    return {
        (str(port.get("Protocol", "tcp")), int(port["PublishedPort"]))
        for port in (endpoint_spec or {}).get("Ports") or []
        if port.get("PublishMode") == "host" and port.get("PublishedPort")
    }
