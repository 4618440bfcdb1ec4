"""Keeps the history of tasks short (swarmkit's orchestrator/taskreaper)."""

from __future__ import annotations

from coopnb.practice.clock import MILLISECOND, Clock, Timer
from coopnb.practice.objects import Cluster, Service, Task, TaskState
from coopnb.practice.store import Change, Store, oldest_first

_BATCHING = 250 * MILLISECOND
_BATCH = 1000


class Reaper:
    """Removes ended tasks: those to be removed, and the oldest beyond the limit (negative: none of these).

    It works 250 ms after a change, or at once when a thousand places and tasks wait for it.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._timer: Timer | None = None
        self._places: dict[tuple[str, int, str], None] = {}
        self._doomed: dict[str, None] = {}

    def changed(self, change: Change) -> None:
        """Note a task that was made (its place may hold too many) or that may go."""
        task = change.new
        if not isinstance(task, Task):
            return
        if change.old is None:
            self._places[task.service_id, *task.place] = None
        elif task.desired == TaskState.REMOVE and (task.state < TaskState.ASSIGNED or task.state > TaskState.RUNNING):
            self._doomed[task.id] = None
        waiting = len(self._places) + len(self._doomed)
        if waiting > _BATCH:
            self._tick()
        elif waiting and self._timer is None:
            self._timer = self._clock.after(_BATCHING, self._tick)

    def _tick(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        doomed, self._doomed = self._doomed, {}
        for place in list(self._places):
            surplus, settled = self._surplus(*place)
            doomed.update(dict.fromkeys(surplus))
            if settled:
                del self._places[place]
        for task_id in doomed:
            task = self._store.get(Task, task_id)
            if task is not None:
                self._store.remove(task)

    def _surplus(self, service_id: str, slot: int, node_id: str) -> tuple[list[str], bool]:
        """The tasks of a place that go, and whether the place needs no other look.

        It does as long as several of its tasks live: they will be history soon.
        """
        service = self._store.get(Service, service_id)
        if service is None:
            return [], True
        attempts = (service.spec["TaskTemplate"].get("RestartPolicy") or {}).get("MaxAttempts", 0)
        limit = attempts + 1 if attempts else self._limit()
        history = [task for task in self._store.tasks_of(service_id) if task.place == (slot, node_id)]
        excess = len(history) - limit
        if limit < 0 or excess <= 0:
            return [], True
        surplus: list[str] = []
        living = 0
        for task in oldest_first(history):
            if task.ended:
                surplus.append(task.id)
                if len(surplus) == excess:
                    break
            else:
                living += 1
        return surplus, living <= 1

    def _limit(self) -> int:
        """The swarm's TaskHistoryRetentionLimit: tasks kept a slot, the living one included."""
        cluster = next(iter(self._store.all(Cluster)), None)
        return cluster.history_limit if cluster is not None else -1
