"""When a sequence has come to rest: no update goes on, and every task is as it is meant to be or failed for good."""

from __future__ import annotations

from tests.differential.images import ENDING
from tests.differential.seen import Json, Look

TERMINAL = ("complete", "shutdown", "failed", "rejected", "orphaned", "remove")
_GOING_ON = ("updating", "rollback_started")


def settled(look: Look) -> bool:
    """Whether nothing of a sequence is on its way any more."""
    alive = {service["ID"] for service in look.services}
    down = {node["ID"] for node in look.nodes if node["Status"]["State"] != "ready"}
    return (
        all(_at_rest(service, look.tasks) for service in look.services)
        and all(task["ServiceID"] in alive and _there(task, down) for task in look.tasks)
        and all(_complete(service, look.tasks) for service in look.services)
    )


def _at_rest(service: Json, tasks: list[Json]) -> bool:
    """Whether its update has ended, or cannot go on because a task finds no node."""
    going_on = (service.get("UpdateStatus") or {}).get("State") in _GOING_ON
    return not going_on or any(_waits(task) for task in tasks if task["ServiceID"] == service["ID"])


def _waits(task: Json) -> bool:
    """Whether a task is wanted and finds no node."""
    wanted = task["DesiredState"] in ("ready", "running")
    return wanted and task["Status"]["State"] == "pending" and bool(task["Status"].get("Err"))


def _there(task: Json, down: set[str]) -> bool:
    state: str = task["Status"]["State"]
    desired: str = task["DesiredState"]
    if desired == "running":
        image = task["Spec"]["ContainerSpec"]["Image"].partition(":")[0]
        return _waits(task) or (state == "running" and image not in ENDING)
    if desired == "ready":
        return _waits(task)
    node: str = task.get("NodeID", "")
    return state in TERMINAL or node in down or (desired == "shutdown" and not node)


def _complete(service: Json, tasks: list[Json]) -> bool:
    """Whether every slot has a task, so that one whose tasks are yet to be made is not taken for one at rest."""
    own = [task for task in tasks if task["ServiceID"] == service["ID"]]
    replicas: int = service["Spec"]["Mode"].get("Replicated", {}).get("Replicas", 0)
    return len({task.get("Slot", 0) for task in own}) >= replicas
