"""Rolling updates and rollbacks: which one runs, and when it acts on failures (swarmkit's orchestrator/update).

Workers (as many as the parallelism) take dirty slots one by one. A failure of a task that the update made is
weighed while slots still wait for a worker, and again from the last worker's end for as long as the monitor says.
"""

from __future__ import annotations

import struct
from collections import deque

from coopnb.practice.clock import SECOND, Clock
from coopnb.practice.fibers import Fiber, Fibers, Routine, sleep
from coopnb.practice.objects import Json, Service, Task, TaskState
from coopnb.practice.orchestrator.progress import Progress
from coopnb.practice.orchestrator.restart import Restarts
from coopnb.practice.orchestrator.takeover import Takeover
from coopnb.practice.orchestrator.tasks import Slot, Tasks
from coopnb.practice.store import Store

_MONITOR = 5 * SECOND
_PAUSED = ("paused", "rollback_paused")
_UNDER_WAY = ("updating", "rollback_started")


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
        if running is not None and not running.over:
            if running.service.spec == service.spec:
                return
            running.cancel()
        self._updates[service.id] = _Update(self, service)
        self._updates[service.id].run(slots)

    def cancel(self, service_id: str) -> None:
        """The service is gone."""
        running = self._updates.pop(service_id, None)
        if running is not None:
            running.cancel()

    def forget_all(self) -> None:
        """Give up all updates; those under way begin again with the next look at their services."""
        for running in self._updates.values():
            running.cancel()
        self._updates.clear()

    def task_changed(self, task: Task) -> None:
        """Tell the service's update of a task that stopped running."""
        running = self._updates.get(task.service_id)
        if running is not None and task.state > TaskState.RUNNING:
            running.stopped_running(task)


class _Update:
    """One update; ``over`` once nothing of it runs any more, which is some time after it was paused."""

    def __init__(self, updater: Updater, service: Service) -> None:
        self.over = False
        self.service = service
        self._updater = updater
        self._progress = Progress(updater.store, updater.clock, service.id)
        self._takeover = Takeover(service, updater.tasks, updater.restarts, updater.clock)
        self._rolls_back = service.update_status is not None and service.update_status.state == "rollback_started"
        self._config: Json = service.spec.get("RollbackConfig" if self._rolls_back else "UpdateConfig") or {}
        self._fibers: list[Fiber] = []
        self._queue: deque[Slot] = deque()
        self._working = 0
        self._dirty = 0
        self._weighing = False
        self._stopped = False
        self._reported: deque[Task] = deque()
        self._failed: set[str] = set()

    def run(self, slots: list[Slot]) -> None:
        status = self.service.update_status
        if status is not None and status.state in _PAUSED:
            self.over = True
            return
        dirty = [slot for slot in slots if self._takeover.is_slot_dirty(slot)]
        if not dirty:
            if status is not None and status.state in _UNDER_WAY:
                self._progress.complete()
            self.over = True
            return
        if status is None:
            self._progress.start()
        self._queue.extend(dirty)
        self._dirty = len(dirty)
        self._weighing = True
        self._working = min(self._config.get("Parallelism", 1) or len(dirty), len(dirty))
        for _ in range(self._working):
            self._fibers.append(self._updater.fibers.start(self._work(), done=self._worker_ended))

    def cancel(self) -> None:
        self.over = True
        for fiber in self._fibers:
            self._updater.fibers.cancel(fiber)

    def stopped_running(self, task: Task) -> None:
        if self.over or self._config.get("FailureAction", "pause") == "continue":
            return
        self._reported.append(task)
        if self._weighing and self._weigh_failures() and self._working == 0:
            self.cancel()

    def _work(self) -> Routine:
        while self._queue:
            slot = self._queue.popleft()
            if not self._queue:
                # Once the last slot has its worker, failures are looked at only when all workers are done.
                self._weighing = False
            yield from self._takeover.bring_up_to_date(slot, self._config.get("Order", "stop-first"))
            if self._config.get("Delay"):
                yield sleep(self._config["Delay"])

    def _worker_ended(self) -> None:
        self._working -= 1
        if self._working or self.over:
            return
        if self._stopped:
            self.over = True
            return
        self._fibers.append(self._updater.fibers.start(self._watch_on()))

    def _watch_on(self) -> Routine:
        """Wait out the monitor; what the workers' failures were is weighed first."""
        self._weighing = True
        if not self._weigh_failures():
            delay, monitor = self._config.get("Delay", 0), self._monitor
            yield sleep(delay + SECOND if delay >= monitor else monitor)
            self._finish()

    @property
    def _monitor(self) -> int:
        return int(self._config.get("Monitor", _MONITOR))

    def _weigh_failures(self) -> bool:
        """Look at the reported tasks; whether the update acted on one of them."""
        while self._reported:
            task = self._reported.popleft()
            if task.id in self._failed or not self._counts(task):
                continue
            self._failed.add(task.id)
            if len(self._failed) / self._dirty > _ratio(self._config.get("MaxFailureRatio", 0)):
                self._act_on_failure(task.id)
                return True
        return False

    def _counts(self, task: Task) -> bool:
        """Whether it is one that this update made, and that failed before it ran or soon after."""
        if task.id not in self._takeover.made:
            return False
        since = self._takeover.made[task.id]
        delay, monitor = self._config.get("Delay", 0), self._monitor
        if self._working == 0 and delay >= monitor:
            monitor = delay + SECOND
        return since is None or self._updater.clock.now - since <= monitor

    def _act_on_failure(self, task_id: str) -> None:
        self._queue.clear()
        self._weighing = False
        cause = f"due to failure or early termination of task {task_id}"
        if self._config.get("FailureAction", "pause") == "pause":
            self._stopped = True
            self._progress.pause(f"update paused {cause}")
        elif self._rolls_back:
            # A rollback is not rolled back. swarmkit pauses it but does not count it as stopped, so that the
            # pause lasts only until the workers and the monitor are done.
            self._progress.pause(f"rollback paused {cause}")
        else:
            self._stopped = True
            self._progress.roll_back(f"update rolled back {cause}")
        if self._working == 0:
            self._finish()

    def _finish(self) -> None:
        if not self.over and not self._stopped:
            self._progress.complete()
        self.over = True


def _ratio(number: float) -> float:
    """A ratio as the engine keeps it, in single precision."""
    single: float = struct.unpack("f", struct.pack("f", number))[0]
    return single
