"""Is it so yet? A judgement over one look at the tasks; pure, and made again at every look.

A service is as planned only if every wanted slot runs a task of the spec that was written, and did so for
the monitor period, on a node that answers. Neither ``UpdateStatus: completed`` nor ``n/n`` replicas alone says
that: the first also ends a rollback, the second also counts tasks of the old spec (docker/cli issues 5299 and 6752),
and those of a node that is lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from coopnb.model.snapshot import ServiceSeen, TaskSeen

MONITOR = timedelta(seconds=5)
"""swarmkit's default monitor period (api/defaults/service.go)."""
GRACE = timedelta(seconds=5)
"""How long an update may stay without a status before it counts as one that replaces nothing."""
REJECTIONS = 3
"""A task that is rejected before it starts meets the same answer again: three times are enough to know."""

State = Literal["there", "waiting", "watching", "failed", "rolled back"]


@dataclass(frozen=True, slots=True)
class Expected:
    """What the plan makes of one service.

    Attributes:
        written: whether the plan writes it; what it keeps must only be up.
        restarts: whether tasks are replaced by the write.
    """

    name: str
    written: bool
    restarts: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """How one service stands.

    Attributes:
        since: when the youngest of its running tasks came up, by the engine's clock.
        text: why it waits or failed.
    """

    service: str
    state: State
    text: str = ""
    since: datetime | None = None


def judge(
    expected: Expected, service: ServiceSeen | None, tasks: tuple[TaskSeen, ...], began: datetime, now: datetime
) -> Verdict:
    """Judge one service.

    Args:
        tasks: of this service, kept history included.
        began: when the writes began; now: the engine's time of this look.
    """
    if service is None:
        return Verdict(expected.name, "failed", "the service was removed by somebody else")
    update = service.update.state if service.update and expected.written else ""
    if update in ("paused", "rollback_paused"):
        return Verdict(expected.name, "failed", service.update.message if service.update else "")
    if update == "rollback_completed":
        return Verdict(expected.name, "rolled back", service.update.message if service.update else "")
    if expected.written and _hopeless(service, tasks, began):
        return Verdict(expected.name, "failed", f"every task was rejected {REJECTIONS} times before it started")
    if update in ("updating", "rollback_started"):
        return Verdict(expected.name, "waiting", service.update.message if service.update else "")
    return _slots(expected, service, tasks, began, now, finished=update == "completed")


def _slots(
    expected: Expected,
    service: ServiceSeen,
    tasks: tuple[TaskSeen, ...],
    began: datetime,
    now: datetime,
    *,
    finished: bool,
) -> Verdict:
    live = [task for task in tasks if task.up]
    stopping = [task for task in tasks if task.state == "running" and task.desired_state != "running"]
    up = len({(task.slot, task.node_id if not task.slot else "") for task in live})
    wanted = _wanted(service)
    if up != wanted:
        lost = sum(task.state == "running" and task.lost_at is not None for task in tasks)
        known = f"; of {lost} more nobody knows, since their node does not answer" if lost else ""
        return Verdict(expected.name, "waiting", f"{up} of {wanted} tasks run{known}")
    since = max((task.at for task in live), default=began)
    if not expected.written:
        return Verdict(expected.name, "there", since=since)
    if expected.restarts and not finished and now - began < GRACE:
        return Verdict(expected.name, "waiting", "the update has not begun")
    if stopping:
        lost = sum(task.lost_at is not None for task in stopping)
        known = f"; of {lost} of them nobody knows, since their node does not answer" if lost else ""
        return Verdict(expected.name, "waiting", f"{len(stopping)} of the old tasks still run{known}")
    if now - since < monitor(service.spec):
        return Verdict(expected.name, "watching", f"{up} of {wanted} tasks run and are watched", since)
    return Verdict(expected.name, "there", since=since)


def monitor(spec: Mapping[str, Any]) -> timedelta:
    """How long a task must stay up to count (``UpdateConfig.Monitor``)."""
    nanoseconds = (spec.get("UpdateConfig") or {}).get("Monitor") or 0
    return timedelta(microseconds=nanoseconds / 1000) or MONITOR


def _wanted(service: ServiceSeen) -> int:
    replicated = (service.spec.get("Mode") or {}).get("Replicated")
    if replicated is None:
        return service.desired
    replicas = replicated.get("Replicas")
    return 1 if replicas is None else int(replicas)


def _hopeless(service: ServiceSeen, tasks: tuple[TaskSeen, ...], began: datetime) -> bool:
    """Whether tasks of what was written are rejected again and again; those of an image before it do not count."""
    container = (service.spec.get("TaskTemplate") or {}).get("ContainerSpec") or {}
    image = str(container.get("Image", "")).split("@", 1)[0]
    recent = [task for task in tasks if task.created_at >= began - GRACE and task.image == image]
    rejected = [task for task in recent if task.state == "rejected"]
    return len(rejected) >= REJECTIONS and not any(task.state in ("starting", "running") for task in recent)
