"""Reading all that may tell why an app is down. Writes nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from coopnb.engine import Engine
from coopnb.errors import EngineError, TransportError
from coopnb.model.incident import Gathered
from coopnb.model.kept import KeptState
from coopnb.model.run import Evidence
from coopnb.model.snapshot import ServiceSeen, Snapshot, TaskSeen

LOG_LINES = 10
RECENT = timedelta(hours=1)
"""A failure longer ago is history, not the incident, while everything runs."""

LONGEST_AGO = timedelta(days=1)
"""What happened longer ago is not looked for, however old the oldest failure is."""

LOGS_READ = 8
"""Services whose logs are read at most: an incident wants answers soon, and the first ones are enough to begin with."""


def up(snapshot: Snapshot, service: ServiceSeen) -> tuple[TaskSeen, ...]:
    """The tasks of a service that run, are meant to, and are on a node that answers."""
    return tuple(task for task in snapshot.tasks if task.service_id == service.id and task.up)


def failures(snapshot: Snapshot, service: ServiceSeen) -> tuple[TaskSeen, ...]:
    """The tasks of a service that failed lately, newest first; all that are kept, while tasks are missing."""
    failed = [
        task
        for task in snapshot.tasks
        if task.service_id == service.id and task.state in ("failed", "rejected", "orphaned")
    ]
    missing = service.running < service.desired
    return tuple(
        sorted(
            (task for task in failed if missing or snapshot.at - task.at < RECENT),
            key=lambda task: (task.at, task.name),
            reverse=True,
        )
    )


def waiting(snapshot: Snapshot, service: ServiceSeen) -> tuple[TaskSeen, ...]:
    """The tasks of a service that ought to run and do not yet."""
    return tuple(
        task
        for task in snapshot.tasks
        if task.service_id == service.id
        and task.desired_state in ("running", "ready")
        and task.state not in ("running", "failed", "rejected", "orphaned", "complete", "shutdown", "remove")
    )


def beginning(found: Gathered) -> datetime:
    """From when on the swarm's events may be about the incident: an hour before the oldest failure, a day at most."""
    seen = found.snapshot
    failed = (task.at for service in seen.services for task in failures(seen, service))
    return max(min([seen.at, *failed]) - RECENT, seen.at - LONGEST_AGO)


def gather(engine: Engine, snapshot: Snapshot, app: str, states: tuple[KeptState, ...]) -> Gathered:
    """Evidence of every service with something odd, worst first, with the last lines of its log, masked."""
    # From here on a service counts the tasks that serve, and none that is being stopped.
    services = tuple(replace(service, running=len(up(snapshot, service))) for service in snapshot.services)
    snapshot = replace(snapshot, services=services)
    odd = [service for service in snapshot.services if _is_odd(snapshot, service)]
    odd.sort(key=lambda service: (service.running >= service.desired, service.name))
    unread: list[str] = []
    evidence = []
    for at, service in enumerate(odd):
        evidence.append(_about(engine, snapshot, service, unread, with_log=at < LOGS_READ))
    if len(odd) > LOGS_READ:
        unread.append(f"the logs of {len(odd) - LOGS_READ} more services were not read")
    return Gathered(app, snapshot, tuple(evidence), states, tuple(unread))


def _is_odd(snapshot: Snapshot, service: ServiceSeen) -> bool:
    return service.running < service.desired or bool(failures(snapshot, service))


def _about(engine: Engine, snapshot: Snapshot, service: ServiceSeen, unread: list[str], *, with_log: bool) -> Evidence:
    failed = failures(snapshot, service)
    told = next(iter((*failed, *waiting(snapshot, service))), None)
    if told is None:
        return Evidence(service.name, "", "", f"{service.running} of {service.desired} tasks run")
    # A task that never got a container wrote nothing: the newest that did is the one to hear.
    speaks = next((task for task in failed if task.container_id and task.state != "rejected"), None)
    speaks = speaks or (told if told.container_id else None)
    log = _log(engine, speaks, unread) if with_log and speaks is not None else ()
    return Evidence(service.name, told.name, told.node, words_of(told), len(failed), log)


def words_of(task: TaskSeen) -> str:
    """Why a task does not run, in the engine's words where it has some."""
    if task.error:
        return task.error
    if task.exit_code:
        return f"exit {task.exit_code}"
    return f"{task.state}: {task.message}" if task.message else task.state


def _log(engine: Engine, task: TaskSeen, unread: list[str]) -> tuple[str, ...]:
    try:
        return engine.task_log(task.id, LOG_LINES)
    except (EngineError, TransportError) as error:
        unread.append(f"the log of {task.name}: {error.headline}")
        return ()
