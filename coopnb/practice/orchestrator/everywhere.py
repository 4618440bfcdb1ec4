"""Global services: one task on every node that fits (swarmkit's orchestrator/global)."""

from __future__ import annotations

from coopnb.practice.objects import Node, Service, Task, TaskState
from coopnb.practice.orchestrator.restart import Restarts
from coopnb.practice.orchestrator.tasks import Slot, Tasks, by_place, is_dirty, is_unusable
from coopnb.practice.orchestrator.updater import Updater
from coopnb.practice.scheduler.constraints import meets


class Everywhere:
    """Brings global services to one task a node."""

    def __init__(self, tasks: Tasks, restarts: Restarts, updater: Updater) -> None:
        self._tasks = tasks
        self._store = tasks.store
        self._restarts = restarts
        self._updater = updater

    def reconcile(self, service: Service) -> None:
        """One look at one service, after it changed: new tasks at once, old ones by a rolling update."""
        places = {
            node_id: updatable
            for (_, node_id), slot in by_place(self._store.tasks_of(service.id)).items()
            if (updatable := self._restarts.updatable(service, slot))
        }
        to_update: list[Slot] = []
        for node in self._store.all(Node):
            if is_unusable(node):
                continue
            slot = places.pop(node.id, [])
            if not _fits(service, node):
                self._shut_down(slot)
            elif node.availability == "pause":
                continue
            elif slot:
                to_update.append(slot)
            else:
                self._tasks.create(service, 0, node.id)
        for slot in places.values():
            self._shut_down(slot)
        if to_update:
            self._updater.update(service, to_update)

    def node_changed(self, node: Node) -> None:
        """Look at all global services on one node.

        What is outdated here is replaced at once: it is no part of a rolling update, and shows in no status.
        """
        services = [service for service in self._store.all(Service) if service.is_global]
        if is_unusable(node):
            for service in services:
                self._shut_down(self._on(service, node))
            return
        if node.availability == "pause":
            return
        for service in services:
            if not _fits(service, node):
                continue
            updatable = self._restarts.updatable(service, self._on(service, node))
            clean = [task for task in updatable if not is_dirty(service, task, node)]
            if not clean:
                self._tasks.create(service, 0, node.id)
            self._shut_down([task for task in updatable if not clean or task.id != clean[0].id])

    def node_removed(self, node: Node) -> None:
        """Forget the tasks of a node that is no longer part of the swarm."""
        for service in self._store.all(Service):
            if service.is_global:
                for task in self._on(service, node):
                    self._store.remove(task)

    def check(self, service: Service, task: Task) -> None:
        """Bring a task into line when a manager begins to lead."""
        if is_unusable(self._store.get(Node, task.node_id)):
            self._tasks.want(task, TaskState.SHUTDOWN)
        elif task.state > TaskState.RUNNING:
            self.restart(service, task)

    def restart(self, service: Service, task: Task) -> None:
        """Restart a task that ended, if its node still is one for this service."""
        node = self._store.get(Node, task.node_id)
        if node is None or is_unusable(node):
            return
        if node.availability == "pause" or not _fits(service, node):
            self._tasks.want(task, TaskState.SHUTDOWN)
        else:
            self._restarts.restart(service, task)

    def _on(self, service: Service, node: Node) -> Slot:
        return [task for task in self._store.tasks_on(node.id) if task.service_id == service.id]

    def _shut_down(self, slot: Slot) -> None:
        for task in slot:
            self._tasks.want(task, TaskState.SHUTDOWN)


def _fits(service: Service, node: Node) -> bool:
    return meets(node, service.spec["TaskTemplate"].get("Placement"))
