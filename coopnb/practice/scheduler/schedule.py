"""Assigns pending tasks to nodes: swarmkit's spread, 50 ms after something made it worth looking."""

from __future__ import annotations

from collections import defaultdict, deque

from coopnb.practice.clock import MILLISECOND, MINUTE, Clock
from coopnb.practice.objects import Node, Service, Task, TaskState
from coopnb.practice.scheduler.filters import suitable
from coopnb.practice.scheduler.room import Room, rooms
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
        self._failures: defaultdict[str, _ByNode] = defaultdict(lambda: defaultdict(deque))

    def changed(self, change: Change) -> None:
        """Look again soon when a task became pending, a task freed its place, or a node changed."""
        new = change.new
        if new is None and isinstance(change.old, Service):
            self._failures.pop(change.old.id, None)
        if isinstance(new, Task):
            if new.state in (TaskState.FAILED, TaskState.REJECTED) and _state(change.old) <= TaskState.RUNNING:
                self._recent_failures(new, new.node_id).append(self._clock.now)
            if new.state == TaskState.PENDING and new.wanted and _state(change.old) < TaskState.PENDING:
                self._arm()
        freed = (
            isinstance(change.old, Task)
            and not change.old.ended
            and (new is None or (isinstance(new, Task) and new.ended))
        )
        if (freed or isinstance(change.object, Node)) and self._pending():
            self._arm()

    def _pending(self) -> list[Task]:
        return [task for task in self._store.all(Task) if task.state == TaskState.PENDING and task.wanted]

    def _arm(self) -> None:
        if not self._armed:
            self._armed = True
            self._clock.after(_DEBOUNCE, self._tick)

    def _tick(self) -> None:
        self._armed = False
        places = rooms(self._store.all(Node), self._store.all(Task))
        for task in self._pending():
            if task.node_id:
                self._confirm(task, places)
            else:
                self._assign(task, places)

    def _confirm(self, task: Task, places: list[Room]) -> None:
        own = [room for room in places if room.node.id == task.node_id]
        fits, why = suitable(task, own)
        self._settle(task, fits[0] if fits else None, why, "scheduler confirmed task can run on preassigned node")

    def _assign(self, task: Task, places: list[Room]) -> None:
        fits, why = suitable(task, places)
        self._settle(task, self._best(task, fits) if fits else None, why, "scheduler assigned task to node")

    def _settle(self, task: Task, room: Room | None, why: str, message: str) -> None:
        if room is None:
            if why != task.err:
                self._store.update(task, err=why, timestamp=self._clock.now)
            return
        assigned = self._store.update(
            task, node_id=room.node.id, state=TaskState.ASSIGNED, message=message, err="", timestamp=self._clock.now
        )
        room.take(assigned)

    def _best(self, task: Task, fits: list[Room]) -> Room:
        for preference in (task.spec.get("Placement") or {}).get("Preferences") or []:
            descriptor = ((preference.get("Spread") or {}).get("SpreadDescriptor")) or ""
            branches: dict[str, list[Room]] = defaultdict(list)
            for room in fits:
                branches[_label(room.node, descriptor)].append(room)
            fits = min(branches.values(), key=lambda branch: sum(room.by_service[task.service_id] for room in branch))
        return min(fits, key=lambda room: self._rank(task, room))

    def _rank(self, task: Task, room: Room) -> tuple[int, int, int]:
        failures = len(self._recent_failures(task, room.node.id))
        # A node counts as bad only from five recent failures on; below that, failures do not order nodes.
        bad = failures if failures >= _MANY_FAILURES else 0
        return bad, room.by_service[task.service_id], room.tasks

    def _recent_failures(self, task: Task, node_id: str) -> deque[int]:
        """When tasks of this spec failed on a node lately; of a service that is gone nothing is kept."""
        failures = self._failures[task.service_id][node_id, task.spec_version]
        while failures and failures[0] <= self._clock.now - _FAILURE_WINDOW:
            failures.popleft()
        return failures


def _state(stored: object) -> TaskState:
    return stored.state if isinstance(stored, Task) else TaskState.NEW


def _label(node: Node, descriptor: str) -> str:
    for prefix, labels in (("node.labels.", node.labels), ("engine.labels.", node.engine_labels)):
        if descriptor.lower().startswith(prefix):
            return labels.get(descriptor[len(prefix) :], "")
    return ""
