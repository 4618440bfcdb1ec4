"""Keeps the history of tasks short (swarmkit's orchestrator/taskreaper)."""

from __future__ import annotations

from coopnb.practice.clock import MILLISECOND, Clock
from coopnb.practice.objects import Service, Task, TaskState
from coopnb.practice.store import Change, Store, oldest_first

_BATCHING = 250 * MILLISECOND
HISTORY_LIMIT = 5
"""Tasks kept a slot, the living one included (TaskHistoryRetentionLimit)."""


class Reaper:
    """Removes ended tasks: those to be removed, and the oldest beyond the limit."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._armed = False
        self._places: dict[tuple[str, int, str], None] = {}
        self._doomed: dict[str, None] = {}

    def changed(self, change: Change) -> None:
        """Note a task that was made (its place may hold too many) or that may go."""
        task = change.new
        if not isinstance(task, Task):
            return
        if task.ended and (task.desired == TaskState.REMOVE or self._store.get(Service, task.service_id) is None):
            self._doomed[task.id] = None
            self._arm()
        elif change.old is None or task.ended:
            self._places[task.service_id, *task.place] = None
            self._arm()

    def _arm(self) -> None:
        if not self._armed:
            self._armed = True
            self._clock.after(_BATCHING, self._tick)

    def _tick(self) -> None:
        self._armed = False
        doomed, self._doomed = self._doomed, {}
        places, self._places = self._places, {}
        for task_id in doomed:
            task = self._store.get(Task, task_id)
            if task is not None:
                self._store.remove(task)
        for service_id, slot, node_id in places:
            self._shorten(service_id, (slot, node_id))

    def _shorten(self, service_id: str, place: tuple[int, str]) -> None:
        history = oldest_first(task for task in self._store.tasks_of(service_id) if task.place == place)
        service = self._store.get(Service, service_id)
        policy = (service.spec["TaskTemplate"].get("RestartPolicy") or {}) if service is not None else {}
        limit = policy["MaxAttempts"] + 1 if policy.get("MaxAttempts") else HISTORY_LIMIT
        surplus = len(history) - limit
        for task in history:
            if surplus <= 0:
                return
            if task.ended and not task.wanted:
                self._store.remove(task)
                surplus -= 1
