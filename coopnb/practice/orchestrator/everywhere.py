"""Global services: one task on every node that fits (swarmkit's orchestrator/global)."""

from __future__ import annotations

from coopnb.practice.objects import Node, Service, TaskState
from coopnb.practice.orchestrator.restart import Restarts
from coopnb.practice.orchestrator.tasks import Slot, Tasks, by_place
from coopnb.practice.orchestrator.updater import Updater
from coopnb.practice.scheduler.constraints import meets


class Everywhere:
    """Brings global services to one task a node."""

    def __init__(self, tasks: Tasks, restarts: Restarts, updater: Updater) -> None:
        self._tasks = tasks
        self._restarts = restarts
        self._updater = updater

    def reconcile(self, service: Service) -> None:
        """One look at one service."""
        places = {node_id: slot for (_, node_id), slot in by_place(self._tasks.store.tasks_of(service.id)).items()}
        to_update: list[Slot] = []
        for node in self._tasks.store.all(Node):
            slot = places.pop(node.id, [])
            if node.availability == "drain" or node.state == "down" or not _fits(service, node):
                self._shut_down(slot)
            elif updatable := (self._restarts.updatable(service, slot) if slot else []):
                to_update.append(updatable)
            elif node.availability == "active":
                self._tasks.create(service, 0, node.id)
        for slot in places.values():
            self._shut_down(slot)
        self._updater.update(service, to_update)

    def _shut_down(self, slot: Slot) -> None:
        for task in slot:
            if task.wanted:
                self._tasks.want(task, TaskState.SHUTDOWN)


def _fits(service: Service, node: Node) -> bool:
    return meets(node, service.spec["TaskTemplate"].get("Placement"))
