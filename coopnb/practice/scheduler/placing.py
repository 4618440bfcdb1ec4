"""Spreads a group of equal tasks over the nodes (scheduler.go, nodeset.go and decision_tree.go of swarmkit).

Preferences make a tree: each level parts the nodes by a label's value, and the tasks are shared out so that
the branches come even. Within a leaf the best nodes are filled up to each other first, then one task a round.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from coopnb.practice.objects import Task
from coopnb.practice.scheduler.constraints import label_of
from coopnb.practice.scheduler.filters import Pipeline
from coopnb.practice.scheduler.room import Room

Rank = Callable[[Room], tuple[int, int, int]]
"""Nodes with lower ranks are better."""

Assign = Callable[[Task, Room], None]
"""Gives a task to a node, which counts it in the node's room at once."""


@dataclass(slots=True, eq=False)
class _Branch:
    """A part of the nodes; ``tasks`` are those of the service that run there before anything is placed."""

    tasks: int = 0
    branches: dict[str, _Branch] = field(default_factory=dict)
    rooms: list[Room] = field(default_factory=list)
    visited: bool = False


class Placing:
    """Places one group: tasks of the same service and the same spec."""

    def __init__(self, group: list[Task], pipeline: Pipeline, rank: Rank, assign: Assign) -> None:
        self.waiting = group
        self._pipeline = pipeline
        self._rank = rank
        self._assign = assign

    def place(self, rooms: Iterable[Room]) -> None:
        """Assign as many as fit; those in ``waiting`` afterwards fit nowhere."""
        self._share_out(len(self.waiting), self._tree(rooms))

    def _tree(self, rooms: Iterable[Room]) -> _Branch:
        first, most = self.waiting[0], len(self.waiting)
        root = _Branch()
        leaves = [root]
        for room in rooms:
            branch = root
            branch.tasks += room.by_service[first.service_id]
            for descriptor in _descriptors(first):
                value = label_of(room.node, descriptor)
                if value is None:
                    continue
                if value not in branch.branches:
                    branch.branches[value] = _Branch()
                    leaves.append(branch.branches[value])
                branch = branch.branches[value]
                branch.tasks += room.by_service[first.service_id]
            if self._pipeline.passes(room):
                branch.rooms.append(room)
        for leaf in leaves:
            leaf.rooms = sorted(leaf.rooms, key=self._rank)[:most]
        return root

    def _share_out(self, number: int, branch: _Branch) -> int:
        """Place up to ``number`` tasks below a branch; how many were."""
        if not branch.branches:
            return self._fill(number, self._best_first(branch))
        placed, in_usable = 0, branch.tasks
        full: set[_Branch] = set()
        converging = True
        while placed != number and len(full) != len(branch.branches) and converging:
            each, remainder = divmod(in_usable + number - placed, len(branch.branches) - len(full))
            converging = False
            for part in branch.branches.values():
                if part in full or part.tasks > each or (part.tasks == each and not remainder):
                    continue
                converging = True
                wanted = each - part.tasks + (1 if remainder else 0)
                got = self._share_out(wanted, part)
                if got < wanted:
                    full.add(part)
                    in_usable -= part.tasks
                elif remainder:
                    remainder -= 1
                placed += got
        return placed

    def _best_first(self, leaf: _Branch) -> list[Room]:
        if leaf.visited:
            leaf.rooms = sorted((room for room in leaf.rooms if self._pipeline.passes(room)), key=self._rank)
        leaf.visited = True
        return leaf.rooms

    def _fill(self, number: int, rooms: list[Room]) -> int:
        placed, at = 0, 0
        full: set[int] = set()
        while rooms and self.waiting:
            room = rooms[at % len(rooms)]
            self._assign(self.waiting.pop(0), room)
            placed += 1
            if placed == number:
                break
            if at + 1 >= len(rooms) or self._rank(rooms[at + 1]) < self._rank(room):
                at += 1
            turned_away = 0
            while at % len(rooms) in full or not self._pipeline.passes(rooms[at % len(rooms)]):
                full.add(at % len(rooms))
                at += 1
                turned_away += 1
                if turned_away == len(rooms):
                    return placed
        return placed


def _descriptors(task: Task) -> list[str]:
    preferences = (task.spec.get("Placement") or {}).get("Preferences") or []
    return [(preference.get("Spread") or {}).get("SpreadDescriptor") or "" for preference in preferences]
