"""Assigns pending tasks to nodes, or says why there is none (swarmkit's manager/scheduler/scheduler.go).

It looks 50 ms after the last write, a second after the first at the latest, if something made it worth looking.
"""

from __future__ import annotations

from collections import defaultdict, deque

from coopnb.practice.clock import MILLISECOND, MINUTE, SECOND, Clock
from coopnb.practice.objects import Node, Service, Task, TaskState
from coopnb.practice.scheduler.filters import Pipeline
from coopnb.practice.scheduler.placing import Placing
from coopnb.practice.scheduler.room import Room, Rooms
from coopnb.practice.store import Change, Store

_DEBOUNCE = 50 * MILLISECOND
_LATENCY = SECOND
_FAILURE_WINDOW = 5 * MINUTE
_MANY_FAILURES = 5

_ByNode = defaultdict[tuple[str, int], deque[int]]


class Scheduler:
    """Watches the store and gives every pending task a node, or the reason why none suits."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._armed = False
        self._worth_looking = False
        self._first = self._last = 0
        self._rooms = Rooms()
        self._unassigned: dict[str, None] = {}
        self._preassigned: dict[str, None] = {}
        self._failures: defaultdict[str, _ByNode] = defaultdict(lambda: defaultdict(deque))
        store.watch(self._rooms.changed)

    def changed(self, change: Change) -> None:
        """Look again soon when a task waits for a node, a task freed its place, or a node changed."""
        match change.object:
            case Task():
                self._task_changed(change.old, change.new)
            case Node():
                self._worth_looking |= change.new is not None and bool(self._unassigned)
            case Service() as service if change.new is None:
                self._failures.pop(service.id, None)
        self._last = self._clock.now
        if not self._armed and (self._worth_looking or self._preassigned):
            self._armed = True
            self._first = self._clock.now
            self._clock.after(_DEBOUNCE, self._due)

    def begin_anew(self) -> None:
        """Look at every pending task that is wanted, as a manager that begins to lead; no failure is remembered."""
        self._failures.clear()
        self._unassigned, self._preassigned = {}, {}
        for task in self._store.all(Task):
            if task.state == TaskState.PENDING and task.wanted:
                (self._preassigned if task.node_id else self._unassigned)[task.id] = None
        self._confirm_preassigned()
        self._assign_all()

    def _task_changed(self, old: object, new: object) -> None:
        before, after = _known(old), _known(new)
        if before is not None and after is None:
            self._unassigned.pop(before.id, None)
            self._preassigned.pop(before.id, None)
            ended = isinstance(new, Task)
            if isinstance(new, Task) and new.state in (TaskState.FAILED, TaskState.REJECTED):
                self._note_failure(new)
            self._worth_looking |= bool(self._unassigned) and (ended or before.state >= TaskState.ASSIGNED)
        elif after is not None and after.state == TaskState.PENDING:
            if after.node_id:
                self._preassigned[after.id] = None
            else:
                self._unassigned[after.id] = None
                self._worth_looking = True

    def _due(self) -> None:
        """Look, unless there was another write meanwhile and the first one is not long ago."""
        quiet_from = self._last + _DEBOUNCE
        if self._clock.now < quiet_from and self._clock.now - self._first <= _LATENCY:
            self._clock.after(quiet_from - self._clock.now, self._due)
            return
        self._armed = False
        self._confirm_preassigned()
        if self._worth_looking:
            self._worth_looking = False
            self._assign_all()

    def _confirm_preassigned(self) -> None:
        for task_id in list(self._preassigned):
            task = self._store.get(Task, task_id)
            room = self._rooms.of(task.node_id) if task is not None else None
            if task is None or room is None:
                continue
            pipeline = Pipeline(task)
            if pipeline.passes(room):
                del self._preassigned[task_id]
                self._assign(task, room, "scheduler confirmed task can run on preassigned node")
            else:
                self._explain(task, pipeline.explain())

    def _assign_all(self) -> None:
        groups: dict[tuple[str, int], list[Task]] = {}
        for task_id in self._unassigned:
            task = self._store.get(Task, task_id)
            if task is not None and not task.node_id:
                groups.setdefault((task.service_id, task.spec_version), []).append(task)
        self._unassigned = {}
        for group in groups.values():
            self._place(group)

    def _place(self, group: list[Task]) -> None:
        first, pipeline = group[0], Pipeline(group[0])
        failures = self._recent_failures(first)

        def rank(room: Room) -> tuple[int, int, int]:
            return failures.get(room.node.id, 0), room.by_service[first.service_id], room.tasks

        def assign(task: Task, room: Room) -> None:
            self._assign(task, room, "scheduler assigned task to node")

        placing = Placing(group, pipeline, rank, assign)
        placing.place(self._rooms.all())
        for task in placing.waiting:
            self._keep_waiting(task, pipeline.explain())

    def _assign(self, task: Task, room: Room, message: str) -> None:
        self._store.update(
            task, node_id=room.node.id, state=TaskState.ASSIGNED, message=message, err="", timestamp=self._clock.now
        )

    def _keep_waiting(self, task: Task, explanation: str) -> None:
        """What becomes of a task without a node: it waits with the reason, if its spec is the service's newest.

        One of an older spec is shut down if that is wanted, and is otherwise not looked at again before it or
        its service changes.
        """
        service = self._store.get(Service, task.service_id)
        if service is None:
            return
        if service.spec_version > task.spec_version:
            if task.desired >= TaskState.SHUTDOWN:
                self._store.update(task, state=TaskState.SHUTDOWN, err="", timestamp=self._clock.now)
            return
        self._unassigned[task.id] = None
        self._explain(task, f"no suitable node ({explanation})" if explanation else "no suitable node")

    def _explain(self, task: Task, err: str) -> None:
        if err != task.err:
            self._store.update(task, err=err, timestamp=self._clock.now)

    def _recent_failures(self, task: Task) -> dict[str, int]:
        """Nodes on which this spec failed so often of late that others are preferred, with how often that was."""
        found: dict[str, int] = {}
        for (node_id, spec_version), moments in self._failures.get(task.service_id, {}).items():
            recent = sum(moment >= self._clock.now - _FAILURE_WINDOW for moment in moments)
            if spec_version == task.spec_version and recent >= _MANY_FAILURES:
                found[node_id] = recent
        return found

    def _note_failure(self, task: Task) -> None:
        """Remember when a task of this spec failed on its node, as long as that counts and the service is there."""
        if self._store.get(Service, task.service_id) is None:
            return
        failures = self._failures[task.service_id][task.node_id, task.spec_version]
        failures.append(self._clock.now)
        while failures[0] <= self._clock.now - _FAILURE_WINDOW:
            failures.popleft()


def _known(stored: object) -> Task | None:
    """A task that is the scheduler's business: from pending until it has stopped running."""
    return stored if isinstance(stored, Task) and TaskState.PENDING <= stored.state <= TaskState.RUNNING else None
