"""Restarts of tasks by their policy, after swarmkit's orchestrator/restart.

The replacement is made at once, prepared, and started when the delay is over and its predecessor has
stopped (which is waited for a minute at most).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from coopnb.practice.clock import MINUTE, SECOND, Clock
from coopnb.practice.fibers import Fiber, Fibers, Routine, Wait, sleep
from coopnb.practice.objects import Node, Service, Task, TaskState
from coopnb.practice.orchestrator.tasks import Tasks
from coopnb.practice.store import Store

_DEFAULT_DELAY = 5 * SECOND
_OLD_TASK_TIMEOUT = MINUTE


@dataclass(slots=True, eq=False)
class DelayedStart:
    """A task that waits for its start; ``finished`` once it was started or the wait was given up."""

    task_id: str
    finished: bool = False
    restart_after: bool = False
    fiber: Fiber | None = None


@dataclass(slots=True)
class _History:
    spec_version: int
    restarts: list[int] = field(default_factory=list)


class Restarts:
    """Decides whether a task is started anew, and when."""

    def __init__(self, tasks: Tasks, store: Store, clock: Clock, fibers: Fibers) -> None:
        self._tasks = tasks
        self._store = store
        self._clock = clock
        self._fibers = fibers
        self._delays: dict[str, DelayedStart] = {}
        self._history: dict[str, dict[tuple[int, str], _History]] = defaultdict(dict)

    def restart(self, service: Service, task: Task) -> None:
        """Replace a task that ended or must end. One that is itself a delayed start waits its delay out first."""
        delayed = self._delays.get(task.id)
        if delayed is not None:
            delayed.restart_after = True
            return
        current = self._store.get(Task, task.id)
        if current is None or not current.wanted:
            return
        self._tasks.want(current, TaskState.SHUTDOWN)
        if not self.should_restart(current):
            return
        node = self._store.get(Node, current.node_id)
        replacement = self._tasks.create(
            service, current.slot, current.node_id if service.is_global else "", TaskState.READY
        )
        self._record(replacement)
        drained = node is not None and node.availability == "drain"
        wait_stop = not (node is not None and node.state == "down")
        self.delay_start(current, replacement.id, 0 if drained else _delay(current), wait_stop)

    def should_restart(self, task: Task) -> bool:
        """Whether the policy allows another run after this task."""
        policy = task.spec.get("RestartPolicy") or {}
        condition = policy.get("Condition", "any")
        if condition == "none" or (condition == "on-failure" and task.state == TaskState.COMPLETE):
            return False
        attempts: int = policy.get("MaxAttempts", 0)
        history = self._history.get(task.service_id, {}).get(task.place)
        if attempts == 0 or history is None or history.spec_version != task.spec_version:
            return True
        window = policy.get("Window", 0)
        if not window:
            return len(history.restarts) < attempts
        history.restarts = [moment for moment in history.restarts if moment > task.timestamp - window]
        # What followed on this task's end, or came after it, does not count against it.
        return sum(moment < task.timestamp for moment in history.restarts) < attempts

    def delay_start(self, old: Task | None, new_id: str, delay: int, wait_stop: bool) -> DelayedStart:
        """Start a prepared task after ``delay`` and after ``old`` has stopped."""
        earlier = self._delays.pop(new_id, None)
        if earlier is not None:
            if earlier.fiber is not None:
                self._fibers.cancel(earlier.fiber)
            earlier.finished = True
        delayed = DelayedStart(new_id, restart_after=earlier is not None and earlier.restart_after)
        self._delays[new_id] = delayed
        waits = wait_stop and old is not None and old.state <= TaskState.RUNNING
        routine = self._start_later(new_id, delay, old if waits else None)
        delayed.fiber = self._fibers.start(routine, done=lambda: self._finish(delayed))
        return delayed

    def updatable(self, service: Service, slot: list[Task]) -> list[Task]:
        """The tasks of a place that a rolling update deals with.

        Those that are wanted; and one that ended and is not to be restarted, so that an update reaches it,
        except in a rollback, which must fill every slot again.
        """
        wanted = [task for task in slot if task.wanted]
        if wanted:
            return wanted
        if not slot or (service.update_status is not None and service.update_status.state == "rollback_started"):
            return []
        newest = max(slot, key=lambda task: task.timestamp)
        return [] if self.should_restart(newest) else [newest]

    def forget(self, service_id: str) -> None:
        """A service is gone."""
        self._history.pop(service_id, None)

    def forget_all(self) -> None:
        """Give up all delays and counts, which only the memory of a leading manager holds."""
        for delayed in self._delays.values():
            if delayed.fiber is not None:
                self._fibers.cancel(delayed.fiber)
        self._delays.clear()
        self._history.clear()

    def recount(self, place: list[Task]) -> None:
        """Count restarts anew: all but the first of a place's tasks with its newest spec were made by one."""
        newest = max(task.spec_version for task in place)
        for task in [task for task in place if task.spec_version == newest][1:]:
            self._record(task)

    def resume(self, task: Task) -> None:
        """Start a prepared task when the rest of its delay is over, without a wait for the one before it."""
        passed = self._clock.now - task.timestamp
        self.delay_start(None, task.id, max(0, _delay(task) - passed), False)

    def _start_later(self, new_id: str, delay: int, old: Task | None) -> Routine:
        begun = self._clock.now
        stopped = self._stopped(old) if old is not None else None
        if delay:
            yield sleep(delay)
        if old is not None:
            yield Wait(max(0, begun + _OLD_TASK_TIMEOUT - self._clock.now), stopped, (old.id, old.node_id))
        new = self._store.get(Task, new_id)
        if new is not None and new.desired < TaskState.RUNNING:
            self._store.update(new, desired=TaskState.RUNNING)

    def _stopped(self, old: Task) -> Callable[[], bool]:
        """Whether the old task ended since, or its node went down or away."""
        before = self._store.get(Node, old.node_id)

        def ask() -> bool:
            current = self._store.get(Task, old.id)
            if current is None or current.state > TaskState.RUNNING:
                return True
            node = self._store.get(Node, old.node_id)
            return before is not None and (node is None or (node.state == "down" and node.index > before.index))

        return ask

    def _finish(self, delayed: DelayedStart) -> None:
        delayed.finished = True
        if self._delays.get(delayed.task_id) is delayed:
            del self._delays[delayed.task_id]
        self._fibers.changed(delayed.task_id)
        task = self._store.get(Task, delayed.task_id)
        if delayed.restart_after and task is not None and task.wanted:
            service = self._store.get(Service, task.service_id)
            if service is not None:
                self.restart(service, task)

    def _record(self, replacement: Task) -> None:
        if not (replacement.spec.get("RestartPolicy") or {}).get("MaxAttempts"):
            return
        histories = self._history[replacement.service_id]
        history = histories.get(replacement.place)
        if history is None or history.spec_version != replacement.spec_version:
            history = histories[replacement.place] = _History(replacement.spec_version)
        history.restarts.append(replacement.created)


def _delay(task: Task) -> int:
    return int((task.spec.get("RestartPolicy") or {}).get("Delay", _DEFAULT_DELAY))
