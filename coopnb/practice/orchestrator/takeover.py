"""How an update brings one slot to the service's spec (the worker in swarmkit's orchestrator/update)."""

from __future__ import annotations

from coopnb.practice.clock import Clock
from coopnb.practice.fibers import Routine, Wait
from coopnb.practice.objects import Node, Service, Task, TaskState
from coopnb.practice.orchestrator.restart import DelayedStart, Restarts
from coopnb.practice.orchestrator.tasks import Slot, Tasks, is_dirty


class _AlreadyShutDown(Exception):
    """All tasks of the slot were shut down or removed since the update looked at it."""


class Takeover:
    """Replaces the tasks of slots; ``made`` has each new task's id, with the moment from which it ran or had ended."""

    def __init__(self, service: Service, tasks: Tasks, restarts: Restarts, clock: Clock) -> None:
        self.made: dict[str, int | None] = {}
        self._service = service
        self._tasks = tasks
        self._restarts = restarts
        self._store = tasks.store
        self._clock = clock

    def is_slot_dirty(self, slot: Slot) -> bool:
        """Whether a slot needs the update: it holds several tasks, or one of another spec."""
        return len(slot) > 1 or (len(slot) == 1 and self._is_dirty(slot[0]))

    def bring_up_to_date(self, slot: Slot, order: str) -> Routine:
        """Keep a task of the new spec if the slot has one, else replace the old one in the given order."""
        clean = [task for task in slot if task.wanted and not self._is_dirty(task)]
        running = [task for task in clean if task.desired == TaskState.RUNNING]
        try:
            if running or clean:
                yield from self._keep(slot, running[0] if running else clean[-1])
            elif order == "start-first":
                yield from self._start_first(slot)
            else:
                yield from self._stop_first(slot)
        except _AlreadyShutDown:
            # A restart was faster; the slot is taken up again with the next look at the service.
            return

    def _keep(self, slot: Slot, existing: Task) -> Routine:
        others = [task for task in slot if task.id != existing.id]
        removed = self._shut_down(others) if others else None
        if existing.desired != TaskState.RUNNING:
            yield _until_finished(self._restarts.delay_start(removed, existing.id, 0, True))

    def _start_first(self, slot: Slot) -> Routine:
        new = self._create(slot[0])
        if new is None:
            return
        yield _until_finished(self._restarts.delay_start(None, new.id, 0, False))
        yield from self._until_up(new.id)
        current = self._store.get(Task, new.id)
        if current is not None and current.state == TaskState.RUNNING:
            self._shut_down(slot)

    def _stop_first(self, slot: Slot) -> Routine:
        removed = self._shut_down(slot)
        new = self._create(slot[0])
        if new is None:
            return
        yield _until_finished(self._restarts.delay_start(removed, new.id, 0, True))
        yield from self._until_up(new.id)

    def _create(self, old: Task) -> Task | None:
        if self._store.get(Service, self._service.id) is None:
            return None
        node_id = old.node_id if self._service.is_global else ""
        new = self._tasks.create(self._service, old.slot, node_id, TaskState.READY)
        self.made[new.id] = None
        return new

    def _until_up(self, task_id: str) -> Routine:
        """Wait for the new task without a limit; one that was removed meanwhile is waited for until the update ends."""
        yield Wait(until=lambda: self._is_up(task_id), about=(task_id,))
        self.made[task_id] = self._clock.now

    def _is_up(self, task_id: str) -> bool:
        task = self._store.get(Task, task_id)
        return task is not None and task.state >= TaskState.RUNNING

    def _shut_down(self, tasks: Slot) -> Task | None:
        """Stop tasks, and give back one of them, or None when none was meant to run to begin with.

        Raises:
            _AlreadyShutDown: somebody else stopped all of them since the update looked.
        """
        removed = None
        too_late = False
        for task in tasks:
            if not task.wanted:
                continue
            current = self._store.get(Task, task.id)
            if current is None or not current.wanted:
                too_late = True
                continue
            self._tasks.want(current, TaskState.SHUTDOWN)
            removed = task
        if removed is None and too_late:
            raise _AlreadyShutDown
        return removed

    def _is_dirty(self, task: Task) -> bool:
        return is_dirty(self._service, task, self._store.get(Node, task.node_id))


def _until_finished(delayed: DelayedStart) -> Wait:
    return Wait(until=lambda: delayed.finished, about=(delayed.task_id,))
