"""What a check looks at, and the questions that several checks ask of it. Nothing here reads anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from coopnb.model.lesson import Seen
from coopnb.model.snapshot import ServiceSeen, Snapshot, TaskSeen
from coopnb.model.stack import Spec


@dataclass(frozen=True, slots=True)
class Facts:
    """One look.

    Attributes:
        snapshot: of the lesson's stack.
        answer: what the learner says, as text; empty when nothing was said.
        settings: of each app that has some here, by its domain.
    """

    snapshot: Snapshot
    answer: str = ""
    settings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def whole(snapshot: Snapshot) -> Seen:
    """Whether everything of a stack runs; what does not is told task by task."""
    if not snapshot.services:
        return Seen(f"nothing of {snapshot.stack} runs", "no service of it is there")
    wanted = sum(service.desired for service in snapshot.services)
    up = sum(min(len(serving(snapshot, service)), service.desired) for service in snapshot.services)
    there = f"{up} of {wanted} {'tasks run' if wanted != 1 else 'task runs'}"
    lacking = [service for service in snapshot.services if not service.desired]
    if lacking:
        return Seen(there, "; ".join(f"{service.name} is told to run no task at all" for service in lacking))
    late = [text for service in snapshot.services for text in _late(snapshot, service)]
    return Seen(there, "; ".join(late), under_way=bool(late))


def serving(snapshot: Snapshot, service: ServiceSeen) -> tuple[TaskSeen, ...]:
    """The tasks of a service that run, are meant to, and are on a node that is heard of."""
    return tuple(task for task in snapshot.tasks if task.service_id == service.id and task.up)


def service_of(snapshot: Snapshot, name: str) -> ServiceSeen | None:
    """A service by its short name (``app``)."""
    full = f"{snapshot.stack}_{name}"
    return next((service for service in snapshot.services if service.name == full), None)


def environment_of(spec: Spec) -> dict[str, str]:
    """The environment that a service with this spec gives to its containers."""
    container = (spec.get("TaskTemplate") or {}).get("ContainerSpec") or {}
    return dict(line.partition("=")[::2] for line in container.get("Env") or ())


def version_of(snapshot: Snapshot) -> str:
    """The recipe's version that a stack says it is at; empty where it says nothing."""
    key = f"coop-cloud.{snapshot.stack}.version"
    return next(
        (str(labels[key]) for service in snapshot.services if key in (labels := service.spec.get("Labels") or {})), ""
    )


def _late(snapshot: Snapshot, service: ServiceSeen) -> Iterator[str]:
    missing = service.desired - len(serving(snapshot, service))
    if missing <= 0:
        return
    tasks = [task for task in snapshot.tasks if task.service_id == service.id and task.desired_state == "running"]
    waiting = [task for task in tasks if task not in serving(snapshot, service)]
    for task in waiting:
        reason = task.error or task.message
        yield f"{task.name} is {task.state}" + (f": {reason}" if reason else "")
    if not waiting:
        yield f"{service.name} has {missing} task{'s' * (missing != 1)} too few; the next one is on its way"
