"""The orchestrators together: what each change of the store makes them do."""

from __future__ import annotations

from coopnb.practice.clock import Clock
from coopnb.practice.fibers import Fibers
from coopnb.practice.ids import Ids
from coopnb.practice.objects import Node, Service, Task, TaskState
from coopnb.practice.orchestrator.enforcer import Enforcer
from coopnb.practice.orchestrator.everywhere import Everywhere
from coopnb.practice.orchestrator.reaper import Reaper
from coopnb.practice.orchestrator.replicated import Replicated
from coopnb.practice.orchestrator.restart import Restarts
from coopnb.practice.orchestrator.tasks import Tasks, by_place
from coopnb.practice.orchestrator.updater import Updater
from coopnb.practice.store import Change, Store


class Orchestration:
    """Told of every change; ``tick`` looks at the services that need it."""

    def __init__(self, store: Store, clock: Clock, ids: Ids, fibers: Fibers) -> None:
        self._store = store
        self._clock = clock
        self._tasks = Tasks(store, clock, ids)
        self._restarts = Restarts(self._tasks, store, clock, fibers)
        self._updater = Updater(self._tasks, self._restarts, store, clock, fibers)
        self._replicated = Replicated(self._tasks, self._restarts, self._updater)
        self._everywhere = Everywhere(self._tasks, self._restarts, self._updater)
        self._enforcer = Enforcer(store, clock)
        self._reaper = Reaper(store, clock)
        self._due: dict[str, None] = {}

    def changed(self, change: Change) -> None:
        """Take note of one change."""
        self._reaper.changed(change)
        match change.object:
            case Service() as service:
                self._service_changed(service, gone=change.new is None)
            case Task() as task:
                self._task_changed(task, gone=change.new is None)
            case Node() as node:
                self._node_changed(node, gone=change.new is None)

    def tick(self) -> bool:
        """Look at every service that is due; whether there was one."""
        due, self._due = self._due, {}
        for service_id in due:
            service = self._store.get(Service, service_id)
            if service is not None:
                (self._everywhere if service.is_global else self._replicated).reconcile(service)
        return bool(due)

    def begin_anew(self) -> None:
        """Lead with nothing but what the store holds, as a manager that has returned (orchestrator/taskinit).

        Updates under way begin again: what they replaced counts as done, and its failures are forgotten.
        """
        self._updater.forget_all()
        self._restarts.forget_all()
        for service in self._store.all(Service):
            for place in by_place(self._store.tasks_of(service.id)).values():
                self._restarts.recount(place)
            self._due[service.id] = None
        for task in self._store.all(Task):
            self._check(task)
        for node in self._store.all(Node):
            self._enforcer.node_changed(node, self._store.tasks_on(node.id))

    def _check(self, task: Task) -> None:
        service = self._store.get(Service, task.service_id)
        if service is None:
            self._store.remove(task)
            return
        if task.desired == TaskState.READY and task.state <= TaskState.COMPLETE:
            self._restarts.resume(task)
        if task.wanted and service.is_global:
            self._everywhere.check(service, task)
        elif self._replicated.is_to_restart(task):
            self._restarts.restart(service, task)

    def _service_changed(self, service: Service, gone: bool) -> None:
        if not gone:
            self._due[service.id] = None
            return
        self._updater.cancel(service.id)
        self._restarts.forget(service.id)
        for task in self._store.tasks_of(service.id):
            self._tasks.want(task, TaskState.REMOVE)

    def _task_changed(self, task: Task, gone: bool) -> None:
        service = self._store.get(Service, task.service_id)
        if gone:
            if task.wanted and service is not None and not service.is_global:
                self._due[task.service_id] = None
            return
        # The restart comes before the update hears of the failure: a rollback then finds the bad spec's next
        # task in the slot, replaces it, and watches what it put there.
        if service is not None and task.wanted:
            if service.is_global:
                if task.state > TaskState.RUNNING:
                    self._everywhere.restart(service, task)
            elif self._replicated.is_to_restart(task):
                self._restarts.restart(service, task)
        self._updater.task_changed(task)

    def _node_changed(self, node: Node, gone: bool) -> None:
        tasks = self._store.tasks_on(node.id)
        if gone:
            self._everywhere.node_removed(node)
        else:
            self._everywhere.node_changed(node)
        for task in tasks:
            service = self._store.get(Service, task.service_id)
            if service is not None and not service.is_global and self._replicated.is_to_restart(task):
                self._restarts.restart(service, task)
        if not gone:
            self._enforcer.node_changed(node, tasks)
