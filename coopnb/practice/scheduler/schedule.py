"""Assigns pending tasks to nodes: swarmkit's spread, 50 ms after something made it worth looking."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Sequence

from coopnb.practice.clock import MILLISECOND, MINUTE, Clock
from coopnb.practice.objects import Node, Service, Task, TaskState
from coopnb.practice.scheduler.filters import suitable
from coopnb.practice.scheduler.room import Room, Rooms
from coopnb.practice.store import Change, Store

_DEBOUNCE = 50 * MILLISECOND
_FAILURE_WINDOW = 5 * MINUTE
_MANY_FAILURES = 5

_ByNode = defaultdict[tuple[str, int], deque[int]]


class Scheduler:
    """Watches the store and gives every pending task a node, or the reason why none suits."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._armed = False
        self._rooms = Rooms()
        self._pending: dict[str, None] = {}
        store.watch(self._rooms.changed)
        store.watch(self._note_pending)
        self._failures: defaultdict[str, _ByNode] = defaultdict(lambda: defaultdict(deque))

    def changed(self, change: Change) -> None:
        """Look again soon when a task became pending, a task freed its place, or a node changed."""
        new = change.new
        if new is None and isinstance(change.old, Service):
            self._failures.pop(change.old.id, None)
        if isinstance(new, Task):
            if new.state in (TaskState.FAILED, TaskState.REJECTED) and _state(change.old) <= TaskState.RUNNING:
                self._note_failure(new)
            if new.state == TaskState.PENDING and new.wanted and _state(change.old) < TaskState.PENDING:
                self._arm()
        freed = (
            isinstance(change.old, Task)
            and not change.old.ended
            and (new is None or (isinstance(new, Task) and new.ended))
        )
        if (freed or isinstance(change.object, Node)) and self._pending:
            self._arm()

    def _note_pending(self, change: Change) -> None:
        task = change.new
        if isinstance(task, Task) and task.state == TaskState.PENDING and task.wanted:
            self._pending[task.id] = None
        else:
            self._pending.pop(change.object.id, None)

    def _arm(self) -> None:
        if not self._armed:
            self._armed = True
            self._clock.after(_DEBOUNCE, self._tick)

    def _tick(self) -> None:
        self._armed = False
        for task in [self._store.get(Task, task_id) for task_id in self._pending]:
            if task is None:
                continue
            if task.node_id:
                self._confirm(task)
            else:
                self._assign(task)

    def _confirm(self, task: Task) -> None:
        own = self._rooms.of(task.node_id)
        fits, why = suitable(task, [own] if own is not None else [])
        self._settle(task, fits[0] if fits else None, why, "scheduler confirmed task can run on preassigned node")

    def _assign(self, task: Task) -> None:
        fits, why = suitable(task, self._rooms.all())
        self._settle(task, self._best(task, fits) if fits else None, why, "scheduler assigned task to node")

    def _settle(self, task: Task, room: Room | None, why: str, message: str) -> None:
        if room is None:
            if why != task.err:
                self._store.update(task, err=why, timestamp=self._clock.now)
            return
        self._store.update(
            task, node_id=room.node.id, state=TaskState.ASSIGNED, message=message, err="", timestamp=self._clock.now
        )

    def _best(self, task: Task, fits: list[Room]) -> Room:
        for preference in (task.spec.get("Placement") or {}).get("Preferences") or []:
            descriptor = ((preference.get("Spread") or {}).get("SpreadDescriptor")) or ""
            branches: dict[str, list[Room]] = defaultdict(list)
            for room in fits:
                branches[_label(room.node, descriptor)].append(room)
            fits = min(branches.values(), key=lambda branch: sum(room.by_service[task.service_id] for room in branch))
        failures: dict[tuple[str, int], deque[int]] = self._failures.get(task.service_id, {})
        return min(fits, key=lambda room: self._rank(task, room, failures.get((room.node.id, task.spec_version), ())))

    def _rank(self, task: Task, room: Room, failures: Sequence[int]) -> tuple[int, int, int]:
        recent = sum(moment > self._clock.now - _FAILURE_WINDOW for moment in failures) if failures else 0
        # A node counts as bad only from five recent failures on; below that, failures do not order nodes.
        return recent if recent >= _MANY_FAILURES else 0, room.by_service[task.service_id], room.tasks

    def _note_failure(self, task: Task) -> None:
        """Remember when a task of this spec failed on its node, as long as that counts and the service is there."""
        if self._store.get(Service, task.service_id) is None:
            return
        failures = self._failures[task.service_id][task.node_id, task.spec_version]
        failures.append(self._clock.now)
        while failures[0] <= self._clock.now - _FAILURE_WINDOW:
            failures.popleft()


def _state(stored: object) -> TaskState:
    return stored.state if isinstance(stored, Task) else TaskState.NEW


def _label(node: Node, descriptor: str) -> str:
    for prefix, labels in (("node.labels.", node.labels), ("engine.labels.", node.engine_labels)):
        if descriptor.lower().startswith(prefix):
            return labels.get(descriptor[len(prefix) :], "")
    return ""
