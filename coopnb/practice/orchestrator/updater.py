"""Rolling updates and rollbacks, after swarmkit's orchestrator/update.

Workers (as many as the parallelism) take dirty slots one by one. A failure of a task that the update made
is noticed while slots still wait for a worker, and after the last one for the length of the monitor.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace

from coopnb.practice.clock import SECOND, Clock
from coopnb.practice.fibers import Fiber, Fibers, Routine, Wait, sleep
from coopnb.practice.objects import Json, Node, Service, Task, TaskState, UpdateStatus
from coopnb.practice.orchestrator.restart import DelayedStart, Restarts
from coopnb.practice.orchestrator.tasks import Slot, Tasks, is_dirty
from coopnb.practice.store import Store

_MONITOR = 5 * SECOND


class Updater:
    """The updates in progress, one a service at most."""

    def __init__(self, tasks: Tasks, restarts: Restarts, store: Store, clock: Clock, fibers: Fibers) -> None:
        self.tasks = tasks
        self.restarts = restarts
        self.store = store
        self.clock = clock
        self.fibers = fibers
        self._updates: dict[str, _Update] = {}

    def update(self, service: Service, slots: list[Slot]) -> None:
        """Bring slots to the service's spec; an update towards the same spec goes on, another one ends."""
        running = self._updates.get(service.id)
        if running is not None:
            if running.service.spec == service.spec and not running.over:
                return
            running.cancel()
        self._updates[service.id] = _Update(self, service)
        self._updates[service.id].run(slots)

    def cancel(self, service_id: str) -> None:
        """The service is gone."""
        running = self._updates.pop(service_id, None)
        if running is not None:
            running.cancel()

    def task_changed(self, task: Task) -> None:
        """Tell the service's update of a task that stopped running."""
        running = self._updates.get(task.service_id)
        if running is not None and task.state > TaskState.RUNNING:
            running.stopped_running(task)


class _Update:
    def __init__(self, updater: Updater, service: Service) -> None:
        self.over = False
        self.service = service
        self._updater = updater
        self._store = updater.store
        self._fibers: list[Fiber] = []
        self._queue: deque[Slot] = deque()
        self._working = 0
        self._dirty = 0
        self._monitoring = False
        self._stopped = False
        self._made: dict[str, int | None] = {}
        self._reported: deque[Task] = deque()
        self._failed: set[str] = set()

    def run(self, slots: list[Slot]) -> None:
        status = self.service.update_status
        if status is not None and status.state in ("paused", "rollback_paused"):
            self.over = True
            return
        dirty = [slot for slot in slots if len(slot) > 1 or (slot and self._is_dirty(slot[0]))]
        if not dirty:
            if status is not None and status.state in ("updating", "rollback_started"):
                self._complete()
            self.over = True
            return
        if status is None:
            self._start()
        self._queue.extend(dirty)
        self._dirty = len(dirty)
        self._working = self._config.get("Parallelism", 1) or len(dirty)
        for _ in range(self._working):
            self._fibers.append(self._updater.fibers.start(self._work(), done=self._worker_ended))

    def cancel(self) -> None:
        self.over = True
        for fiber in self._fibers:
            self._updater.fibers.cancel(fiber)

    def stopped_running(self, task: Task) -> None:
        if self._config.get("FailureAction", "pause") == "continue" or self.over:
            return
        self._reported.append(task)
        if self._queue or self._monitoring:
            self._weigh_failures()

    @property
    def _rolling_back(self) -> bool:
        status = self.service.update_status
        return status is not None and status.state == "rollback_started"

    @property
    def _config(self) -> Json:
        return self.service.spec.get("RollbackConfig" if self._rolling_back else "UpdateConfig") or {}

    @property
    def _monitor(self) -> int:
        monitor = int(self._config.get("Monitor", _MONITOR))
        delay = int(self._config.get("Delay", 0))
        return delay + SECOND if delay >= monitor else monitor

    def _worker_ended(self) -> None:
        self._working -= 1
        if self._working == 0 and not self.over and not self._stopped:
            self._monitoring = True
            self._fibers.append(self._updater.fibers.start(self._watch_on()))

    def _watch_on(self) -> Routine:
        self._weigh_failures()
        if self._stopped:
            return
        yield sleep(self._monitor)
        if not self._stopped:
            self._complete()
            self.over = True

    def _weigh_failures(self) -> None:
        while self._reported and not self._stopped:
            task = self._reported.popleft()
            if task.id in self._failed or task.id not in self._made:
                continue
            since = self._made[task.id]
            if since is not None and self._updater.clock.now - since > self._monitor:
                continue
            self._failed.add(task.id)
            if len(self._failed) / self._dirty > self._config.get("MaxFailureRatio", 0):
                self._act_on_failure(task.id)

    def _act_on_failure(self, task_id: str) -> None:
        self._stopped = True
        self._queue.clear()
        if self._rolling_back:
            self._pause("rollback_paused", f"rollback paused due to failure or early termination of task {task_id}")
        elif self._config.get("FailureAction", "pause") == "rollback":
            self._roll_back(f"update rolled back due to failure or early termination of task {task_id}")
        else:
            self._pause("paused", f"update paused due to failure or early termination of task {task_id}")

    def _work(self) -> Routine:
        while self._queue:
            slot = self._queue.popleft()
            existing = self._clean_task(slot)
            if existing is not None:
                yield from self._use_existing(slot, existing)
            else:
                yield from self._replace(slot)
            if self._config.get("Delay"):
                yield sleep(self._config["Delay"])

    def _clean_task(self, slot: Slot) -> Task | None:
        clean = [task for task in slot if not self._is_dirty(task) and task.wanted]
        running = [task for task in clean if task.desired == TaskState.RUNNING]
        return next(iter(running or clean), None)

    def _use_existing(self, slot: Slot, existing: Task) -> Routine:
        others = [task for task in slot if task.id != existing.id]
        removed = self._shut_down(others)
        if others and removed is None:
            return
        if existing.desired != TaskState.RUNNING:
            yield _until_finished(self._updater.restarts.delay_start(removed, existing.id, 0, True))

    def _replace(self, slot: Slot) -> Routine:
        first = slot[0]
        if self._store.get(Service, self.service.id) is None:
            return
        start_first = self._config.get("Order", "stop-first") == "start-first"
        removed = None if start_first else self._shut_down(slot)
        if removed is None and not start_first:
            # Every task of the slot was replaced meanwhile, by a restart: there is nothing to take over from.
            return
        node_id = first.node_id if self.service.is_global else ""
        new = self._updater.tasks.create(self.service, first.slot, node_id, TaskState.READY)
        self._made[new.id] = None
        yield _until_finished(self._updater.restarts.delay_start(removed, new.id, 0, not start_first))
        yield Wait(until=lambda: self._is_up(new.id), about=(new.id,))
        current = self._store.get(Task, new.id)
        if current is None:
            return
        self._made[new.id] = self._updater.clock.now
        if start_first and current.state == TaskState.RUNNING:
            self._shut_down(slot)

    def _is_up(self, task_id: str) -> bool:
        task = self._store.get(Task, task_id)
        return task is None or task.state >= TaskState.RUNNING

    def _shut_down(self, slot: Slot) -> Task | None:
        removed = None
        for task in slot:
            current = self._store.get(Task, task.id)
            if current is None or (not current.wanted and self._updater.restarts.should_restart(current)):
                continue
            self._updater.tasks.want(current, TaskState.SHUTDOWN)
            removed = current
        return removed

    def _is_dirty(self, task: Task) -> bool:
        return is_dirty(self.service, task, self._store.get(Node, task.node_id))

    def _start(self) -> None:
        now = self._updater.clock.now
        self._write(UpdateStatus(state="updating", message="update in progress", started=now))

    def _complete(self) -> None:
        status = self._current_status()
        if status is None:
            return
        back = status.state == "rollback_started"
        state, message = ("rollback_completed", "rollback completed") if back else ("completed", "update completed")
        self._write(replace(status, state=state, message=message, completed=self._updater.clock.now))

    def _pause(self, state: str, message: str) -> None:
        status = self._current_status()
        if status is not None:
            self._write(replace(status, state=state, message=message))

    def _roll_back(self, message: str) -> None:
        service = self._store.get(Service, self.service.id)
        if service is None or service.update_status is None or service.previous_spec is None:
            return
        self._store.update(
            service,
            spec=service.previous_spec,
            spec_version=service.previous_spec_version,
            previous_spec=None,
            previous_spec_version=0,
            update_status=replace(service.update_status, state="rollback_started", message=message),
        )

    def _current_status(self) -> UpdateStatus | None:
        service = self._store.get(Service, self.service.id)
        return service.update_status if service is not None else None

    def _write(self, status: UpdateStatus) -> None:
        service = self._store.get(Service, self.service.id)
        if service is not None:
            self._store.update(service, update_status=status)


def _until_finished(delayed: DelayedStart) -> Wait:
    return Wait(until=lambda: delayed.finished, about=(delayed.task_id,))
