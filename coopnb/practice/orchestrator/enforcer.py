"""Rejects tasks that no longer belong on their node (swarmkit's orchestrator/constraintenforcer)."""

from __future__ import annotations

from collections.abc import Iterable

from coopnb.practice.clock import Clock
from coopnb.practice.objects import Node, Service, Task, TaskState
from coopnb.practice.scheduler.constraints import meets
from coopnb.practice.scheduler.room import reservations
from coopnb.practice.store import Store


class Enforcer:
    """Watches nodes that change: their labels and role against constraints, their resources against reservations."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def node_changed(self, node: Node, tasks: Iterable[Task]) -> None:
        """Reject those of a node's tasks that it can no longer bear; only an active node is looked at."""
        if node.availability != "active":
            return
        nano_cpus, memory = node.nano_cpus, node.memory
        for task in tasks:
            if not TaskState.ASSIGNED <= task.desired <= TaskState.COMPLETE or task.state >= TaskState.COMPLETE:
                continue
            wanted_cpus, wanted_memory = reservations(task.spec)
            if not self._placed_well(task, node) or wanted_memory > memory or wanted_cpus > nano_cpus:
                self._reject(task)
                continue
            nano_cpus, memory = nano_cpus - wanted_cpus, memory - wanted_memory

    def _placed_well(self, task: Task, node: Node) -> bool:
        """Whether the node meets the constraints of the service as it is, which may be newer than the task's."""
        service = self._store.get(Service, task.service_id)
        template = service.spec["TaskTemplate"] if service is not None else task.spec
        return meets(node, template.get("Placement"))

    def _reject(self, task: Task) -> None:
        current = self._store.get(Task, task.id)
        if current is None or current.desired > TaskState.COMPLETE:
            return
        self._store.update(
            current,
            state=TaskState.REJECTED,
            message="task rejected by constraint enforcer",
            err="assigned node no longer meets constraints",
            timestamp=self._clock.now,
        )
