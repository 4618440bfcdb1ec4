"""The store: every object, one global increasing version index, and a queue of what changed.

What is asked for often is kept at hand: objects by name, tasks by service and by node, services by the port
that they publish. So no question costs more for what it is not about.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, replace
from typing import Any, TypeVar, cast

from coopnb.practice.clock import Clock
from coopnb.practice.objects import Network, Node, Payload, Service, Stored, Task

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
        self._groups: dict[Hashable, dict[str, None]] = {}

    def watch(self, watcher: Callable[[Change], None]) -> None:
        """Tell somebody of every write, at once and in order."""
        self._watchers.append(watcher)

    def all(self, kind: type[Object]) -> list[Object]:
        """Every object of a kind, oldest first."""
        return cast(list[Object], list(self._tables.get(kind, {}).values()))

    def get(self, kind: type[Object], object_id: str) -> Object | None:
        """The object with this id, or None."""
        return cast("Object | None", self._tables.get(kind, {}).get(object_id))

    def named(self, kind: type[Object], name: str) -> list[Object]:
        """The objects of a kind with this name (of a node: its hostname); tasks are not known by name."""
        return self._members(kind, (kind, name))

    def tasks_of(self, service_id: str) -> list[Task]:
        """The tasks of a service, oldest first."""
        return self._members(Task, ("service", service_id))

    def tasks_on(self, node_id: str) -> list[Task]:
        """The tasks of a node, in the order in which they were given to it."""
        return self._members(Task, ("node", node_id))

    def publishers(self, port: int) -> list[Service]:
        """The services that publish a port, with whatever protocol."""
        return self._members(Service, ("port", port))

    def leader(self) -> Node | None:
        """The manager that leads, whose engine one talks to."""
        return next(iter(self._members(Node, ("leader",))), None)

    def ingress(self) -> Network | None:
        """The network of the routing mesh."""
        return next(iter(self._members(Network, ("ingress",))), None)

    def create(self, new: Object) -> Object:
        """Add an object, stamped with the next index and the time."""
        self.index += 1
        stamped = replace(new, index=self.index, created=self.clock.now, updated=self.clock.now)
        self._tables.setdefault(type(stamped), {})[stamped.id] = stamped
        self._note(Change(None, stamped))
        return stamped

    def update(self, old: Object, **fields: Any) -> Object:
        """Replace fields of an object that is still in the store; the newest state of it is the base."""
        table = self._tables[type(old)]
        current = table[old.id]
        self.index += 1
        stamped = cast(Object, replace(current, **fields, index=self.index, updated=self.clock.now))
        table[old.id] = stamped
        self._note(Change(current, stamped))
        return stamped

    def remove(self, old: Stored) -> None:
        """Take an object out; nothing happens when it is gone already."""
        current = self._tables.get(type(old), {}).pop(old.id, None)
        if current is None:
            return
        self.index += 1
        self._note(Change(current, None))

    def _members(self, kind: type[Object], group: Hashable) -> list[Object]:
        members = self._groups.get(group)
        if members is None:
            return []
        table = cast(dict[str, Object], self._tables[kind])
        return [table[object_id] for object_id in members]

    def _note(self, change: Change) -> None:
        before, after = _groups(change.old), _groups(change.new)
        if before != after:
            self._regroup(change.object.id, before, after)
        self.changes.append(change)
        for watcher in self._watchers:
            watcher(change)

    def _regroup(self, object_id: str, before: tuple[Hashable, ...], after: tuple[Hashable, ...]) -> None:
        for group in before:
            if group not in after:
                members = self._groups[group]
                members.pop(object_id, None)
                if not members:
                    del self._groups[group]
        for group in after:
            self._groups.setdefault(group, {})[object_id] = None


def oldest_first(tasks: Iterable[Task]) -> list[Task]:
    """Tasks by the time of their last report."""
    return sorted(tasks, key=lambda task: (max(task.timestamp, task.repeated), task.created, task.index))


def _groups(stored: Stored | None) -> tuple[Hashable, ...]:
    """Under what an object is found beside its id."""
    if isinstance(stored, Task):
        service = ("service", stored.service_id)
        return (service, ("node", stored.node_id)) if stored.node_id else (service,)
    if isinstance(stored, Service):
        ports = sorted({port["PublishedPort"] for port in stored.ports if port.get("PublishedPort")})
        return ((Service, stored.name), *(("port", port) for port in ports))
    if isinstance(stored, Node):
        return ((Node, stored.hostname), ("leader",)) if stored.leader else ((Node, stored.hostname),)
    if isinstance(stored, Network):
        return ((Network, stored.name), ("ingress",)) if stored.ingress else ((Network, stored.name),)
    if isinstance(stored, Payload):
        return ((type(stored), stored.name),)
    return ()
