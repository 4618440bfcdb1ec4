"""The store: every object, one global increasing version index, and a queue of what changed."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, TypeVar, cast

from coopnb.practice.clock import Clock
from coopnb.practice.objects import Stored, Task

Object = TypeVar("Object", bound=Stored)


@dataclass(frozen=True, slots=True)
class Change:
    """One write: ``old`` is None for a creation, ``new`` for a removal."""

    old: Stored | None
    new: Stored | None

    @property
    def object(self) -> Stored:
        """The object as it is, or as it was when it is gone."""
        found = self.new if self.new is not None else self.old
        assert found is not None
        return found


class Store:
    """Objects by kind and id, in the order of their creation."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.index = 0
        self.changes: deque[Change] = deque()
        self._watchers: list[Callable[[Change], None]] = []
        self._tables: dict[type[Stored], dict[str, Stored]] = {}
        self._tasks_by_service: dict[str, dict[str, None]] = {}

    def watch(self, watcher: Callable[[Change], None]) -> None:
        """Tell somebody of every write, at once and in order."""
        self._watchers.append(watcher)

    def all(self, kind: type[Object]) -> list[Object]:
        """Every object of a kind, oldest first."""
        return cast(list[Object], list(self._tables.get(kind, {}).values()))

    def get(self, kind: type[Object], object_id: str) -> Object | None:
        """The object with this id, or None."""
        return cast("Object | None", self._tables.get(kind, {}).get(object_id))

    def tasks_of(self, service_id: str) -> list[Task]:
        """The tasks of a service, oldest first."""
        table = self._tables.get(Task, {})
        return [cast(Task, table[task_id]) for task_id in self._tasks_by_service.get(service_id, ())]

    def create(self, new: Object) -> Object:
        """Add an object, stamped with the next index and the time."""
        self.index += 1
        stamped = replace(new, index=self.index, created=self.clock.now, updated=self.clock.now)
        self._tables.setdefault(type(stamped), {})[stamped.id] = stamped
        if isinstance(stamped, Task):
            self._tasks_by_service.setdefault(stamped.service_id, {})[stamped.id] = None
        self._note(Change(None, stamped))
        return stamped

    def update(self, old: Object, **fields: Any) -> Object:
        """Replace fields of an object that is still in the store; the newest state of it is the base."""
        current = self._tables[type(old)][old.id]
        self.index += 1
        stamped = cast(Object, replace(current, **fields, index=self.index, updated=self.clock.now))
        self._tables[type(old)][old.id] = stamped
        self._note(Change(current, stamped))
        return stamped

    def remove(self, old: Stored) -> None:
        """Take an object out; nothing happens when it is gone already."""
        current = self._tables.get(type(old), {}).pop(old.id, None)
        if current is None:
            return
        if isinstance(current, Task):
            tasks = self._tasks_by_service.get(current.service_id, {})
            tasks.pop(current.id, None)
            if not tasks:
                self._tasks_by_service.pop(current.service_id, None)
        self.index += 1
        self._note(Change(current, None))

    def _note(self, change: Change) -> None:
        self.changes.append(change)
        for watcher in self._watchers:
            watcher(change)


def oldest_first(tasks: Iterable[Task]) -> list[Task]:
    """Tasks by the time of their last status."""
    return sorted(tasks, key=lambda task: (task.timestamp, task.created, task.index))
