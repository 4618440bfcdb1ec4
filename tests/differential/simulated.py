"""The practice side: in process, on a stepped clock, with every state of every task from the store itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from coopnb.practice.clock import SECOND, rfc3339
from coopnb.practice.objects import Task
from coopnb.practice.store import Change
from coopnb.practice.world import World
from tests.differential.seen import Json, Look, Trail
from tests.practice.driver import Driver

STEP = 0.05
"""Seconds of simulated time between two looks, as on the real side."""


class PracticeSide:
    """A practice swarm of its own for one sequence."""

    def __init__(self, world: World) -> None:
        self._driver = Driver(world)
        self._trails: dict[str, Trail] = {}
        self._events: list[Json] = []
        self._driver.swarm.store.watch(self._note)
        self._driver.swarm.events.listen(self._events.append)

    def ask(self, method: str, target: str, body: Any = None) -> tuple[int, Any]:
        """Make a call."""
        said = self._driver.call(method, f"/v1.41{target}", body)
        return said.status, said.body

    def rest(self, ids: set[str], at_rest: Callable[[Look], bool], dwell: float, limit: float) -> tuple[bool, Look]:
        """Advance step by step, as ``Side`` says."""
        begin = self.now()
        since: float | None = None
        while True:
            self.wait(STEP)
            look = self._look().of(ids)
            since = (since if since is not None else self.now()) if at_rest(look) else None
            if since is not None and self.now() - since >= dwell:
                return True, look
            if self.now() - begin >= limit:
                return False, look

    def wait(self, seconds: float) -> None:
        """Advance."""
        self._driver.advance(seconds)

    def lose(self, node: int) -> None:
        """Let a node's engine die."""
        self._driver.swarm.faults.apply("node-down", f"node{node}")
        self._driver.swarm.settle()

    def recover(self, node: int) -> None:
        """Let it come back."""
        self._driver.swarm.faults.apply("node-up", f"node{node}")
        self._driver.swarm.settle()

    def now(self) -> float:
        """Simulated seconds."""
        return self._driver.swarm.clock.now / SECOND

    def mark(self) -> int:
        """How many events there were."""
        return len(self._events)

    def seen_since(self, mark: int) -> tuple[list[Trail], list[Json]]:
        """All trails, and the events since a mark."""
        return [trail.copy() for trail in self._trails.values()], self._events[mark:]

    def _look(self) -> Look:
        return Look(*(self.ask("GET", target)[1] for target in ("/services", "/tasks", "/nodes")))

    def _note(self, change: Change) -> None:
        new = change.new
        if isinstance(new, Task):
            made = Trail(new.id, new.service_id, new.slot, new.node_id, rfc3339(new.created))
            self._trails.setdefault(new.id, made).saw(new.state.text, new.desired.text, new.node_id)
