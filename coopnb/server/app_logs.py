"""The last lines that the tasks of an app wrote."""

from __future__ import annotations

from dataclasses import dataclass

from coopnb.engine import Engine
from coopnb.errors import CoopError, InputError
from coopnb.model.snapshot import Snapshot, TaskSeen

LONGEST_TAIL = 10_000
"""Lines that are asked of one task at most."""


@dataclass(frozen=True, slots=True)
class TaskLog:
    """The last lines a task wrote; ``problem`` says why there are none, if its node does not give them."""

    task: TaskSeen
    lines: tuple[str, ...]
    problem: str = ""


def app_logs(engine: Engine, seen: Snapshot, service: str = "", tail: int = 100) -> tuple[TaskLog, ...]:
    """Read the last lines of every task that runs, and of the newest of each slot that does not.

    Args:
        service: by its short or its full name; all of them if blank.
        tail: lines a task.

    Raises:
        InputError: nothing of the app runs, or there is no such service.
    """
    if not seen.services:
        raise InputError(f"nothing of {seen.stack} runs on {seen.server.name}", hint="deploy it: coopnb run deploy-app")
    full = {item.name for item in seen.services}
    wanted = {name for name in full if not service or service in (name, name.removeprefix(f"{seen.stack}_"))}
    if not wanted:
        short = ", ".join(sorted(name.removeprefix(f"{seen.stack}_") for name in full))
        raise InputError(
            f"{seen.stack} has no service {service[:80]}", what=f"it has: {short}", hint="name one of them"
        )
    newest: dict[tuple[str, int, str], TaskSeen] = {}
    for task in sorted(seen.tasks, key=lambda task: task.created_at):
        if task.service in wanted and task.container_id:
            newest[(task.service, task.slot, "" if task.slot else task.node_id)] = task
    found = sorted(newest.values(), key=lambda task: (task.service, task.slot, task.node))
    return tuple(_log(engine, task, max(1, min(tail, LONGEST_TAIL))) for task in found)


def _log(engine: Engine, task: TaskSeen, tail: int) -> TaskLog:
    try:
        return TaskLog(task, engine.task_log(task.id, tail))
    except CoopError as error:
        return TaskLog(task, (), error.headline)
