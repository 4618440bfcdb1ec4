"""Tasks as the orchestrators see them: made from a service, grouped by place, compared with their spec."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from coopnb.practice.clock import Clock
from coopnb.practice.ids import Ids
from coopnb.practice.objects import Json, Node, Service, Task, TaskState
from coopnb.practice.scheduler.constraints import meets
from coopnb.practice.store import Store

Slot = list[Task]


class Tasks:
    """Makes tasks and changes what is wanted of them."""

    def __init__(self, store: Store, clock: Clock, ids: Ids) -> None:
        self.store = store
        self._clock = clock
        self._ids = ids

    def create(self, service: Service, slot: int, node_id: str = "", desired: TaskState = TaskState.RUNNING) -> Task:
        """Add a new task of a service for a slot or a node."""
        return self.store.create(
            Task(
                id=self._ids.object_id(),
                service_id=service.id,
                service_name=service.name,
                service_labels=service.spec.get("Labels") or {},
                spec=service.spec["TaskTemplate"],
                endpoint_spec=service.spec.get("EndpointSpec"),
                spec_version=service.spec_version,
                slot=slot,
                node_id=node_id,
                desired=desired,
                timestamp=self._clock.now,
            )
        )

    def want(self, task: Task, desired: TaskState) -> None:
        """Change what is wanted of a task; a task is never called back from a later wish to an earlier one."""
        current = self.store.get(Task, task.id)
        if current is not None and current.desired < desired:
            told_again = {"repeated": self._clock.now} if current.state > TaskState.RUNNING and current.node_id else {}
            self.store.update(current, desired=desired, **told_again)


def by_place(tasks: Iterable[Task]) -> dict[tuple[int, str], Slot]:
    """All tasks by slot (replicated) or node (global), those that are on their way out included."""
    places: dict[tuple[int, str], Slot] = {}
    for task in tasks:
        places.setdefault(task.place, []).append(task)
    return places


def is_dirty(service: Service, task: Task, node: Node | None) -> bool:
    """Whether a task does not match its service's spec (IsTaskDirty in swarmkit's orchestrator/task.go).

    A template that differs in its placement alone makes no dirt while the task's node meets the new
    constraints; swarmkit asks that first, so that a change of the endpoint beside it goes unnoticed too.
    """
    if task.spec_version == service.spec_version:
        return False
    wanted = service.spec["TaskTemplate"]
    placement = wanted.get("Placement")
    same_but_placement = _without_placement(wanted) == _without_placement(task.spec)
    same_placement = placement == task.spec.get("Placement")
    if same_but_placement and not same_placement and node is not None and meets(node, placement):
        return False
    same_endpoint = (service.spec.get("EndpointSpec") or None) == (task.endpoint_spec or None)
    return not (same_but_placement and same_placement and same_endpoint)


def is_unusable(node: Node | None) -> bool:
    """Whether tasks have to leave a node: it is gone, down or drained (InvalidNode in orchestrator/task.go)."""
    return node is None or node.state == "down" or node.availability == "drain"


def _without_placement(spec: Json) -> dict[str, Any]:
    return {key: value for key, value in spec.items() if key != "Placement"}
