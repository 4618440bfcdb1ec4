"""A number of replicas: fills missing slots, takes surplus ones away (swarmkit's orchestrator/replicated)."""

from __future__ import annotations

from collections import Counter

from coopnb.practice.objects import Node, Service, Task, TaskState
from coopnb.practice.orchestrator.restart import Restarts
from coopnb.practice.orchestrator.tasks import Slot, Tasks, by_place, is_unusable
from coopnb.practice.orchestrator.updater import Updater


class Replicated:
    """Brings replicated services to their number of slots."""

    def __init__(self, tasks: Tasks, restarts: Restarts, updater: Updater) -> None:
        self._tasks = tasks
        self._restarts = restarts
        self._updater = updater

    def reconcile(self, service: Service) -> None:
        """One look at one service."""
        living: dict[int, Slot] = {}
        dead: dict[int, Slot] = {}
        for (number, _), slot in by_place(self._tasks.store.tasks_of(service.id)).items():
            updatable = self._restarts.updatable(service, slot)
            if updatable:
                living[number] = updatable
            else:
                dead[number] = slot
        missing = service.replicas - len(living)
        if missing > 0:
            self._updater.update(service, list(living.values()))
            self._add(service, living, dead, missing)
            self._drop(dead)
        elif missing < 0:
            ordered = _keep_order(list(living.values()))
            self._updater.update(service, ordered[: service.replicas])
            self._drop(dead)
            for slot in ordered[service.replicas :]:
                for task in slot:
                    self._tasks.want(task, TaskState.REMOVE)
        else:
            self._drop(dead)
            self._updater.update(service, list(living.values()))

    def is_to_restart(self, task: Task) -> bool:
        """Whether a task that is meant to run cannot: it ended, or its node is no longer usable."""
        if not task.wanted:
            return False
        node = self._tasks.store.get(Node, task.node_id)
        return task.state > TaskState.RUNNING or (task.node_id != "" and is_unusable(node))

    def _add(self, service: Service, living: dict[int, Slot], dead: dict[int, Slot], missing: int) -> None:
        number = 0
        for _ in range(missing):
            number += 1
            while number in living:
                number += 1
            dead.pop(number, None)
            self._tasks.create(service, number)

    def _drop(self, dead: dict[int, Slot]) -> None:
        for slot in dead.values():
            for task in slot:
                self._tasks.store.remove(task)


def _keep_order(slots: list[Slot]) -> list[Slot]:
    """Slots with those to keep first: running ones, spread evenly over the nodes, low numbers."""
    running_first = sorted(slots, key=lambda slot: (not any(t.state == TaskState.RUNNING for t in slot), slot[0].slot))
    seen: Counter[str] = Counter()
    ranked: list[tuple[int, Slot]] = []
    for slot in running_first:
        node_id = slot[0].node_id if len(slot) == 1 else ""
        if node_id:
            seen[node_id] += 1
        ranked.append((seen[node_id] if node_id else 10**9, slot))
    return [slot for _, slot in sorted(ranked, key=lambda item: item[0])]
