"""An app as it is: what burns first, then the rest."""

from __future__ import annotations

from collections.abc import Sequence

from coopnb.model.snapshot import ServiceSeen, Snapshot, TaskSeen
from coopnb.show.output import Output
from coopnb.show.page import Block, Cell, Line, Table, output_of
from coopnb.show.text import counted, of_wanted, surplus
from coopnb.show.words import (
    FAILED,
    RUNNING,
    STOPPED,
    UNKNOWN,
    URGENCY,
    WAITING,
    Standing,
    current,
    place,
    short_name,
    standing,
    standing_words,
    tag,
)

_UPDATE_WORDS = {
    "updating": "an update is under way",
    "paused": "the update is paused",
    "rollback_started": "is being rolled back",
    "rollback_paused": "the rollback is paused",
    "rollback_completed": "was rolled back",
}


def snapshot_output(snapshot: Snapshot, app: str = "", run: int | None = None, step: str = "") -> Output:
    """Show an app's services and tasks; ``app`` is its domain, the stack's name if it is left out."""
    return output_of(snapshot_blocks(snapshot, app), run=run, step=step)


def snapshot_blocks(snapshot: Snapshot, app: str = "") -> list[Block]:
    """The blocks of a snapshot, for outputs that show more than it."""
    name = app or snapshot.stack
    where = place(snapshot.server, len(snapshot.nodes) or None)
    if not snapshot.services:
        return [Line(f"Nothing of {name} runs on {where} yet. Next: run the plan cell.", head=True)]
    # While an update overlaps, a service runs more than are wanted; they do not make up for what another lacks.
    running = sum(min(service.running, service.desired) for service in snapshot.services)
    desired = sum(service.desired for service in snapshot.services)
    head = Line(f"{name} on {where}: {running} of {counted(desired, 'task')} running", head=True)
    return [head, *unheard_lines(snapshot), services_table(snapshot)]


def unheard_lines(snapshot: Snapshot) -> list[Block]:
    """A line about tasks that swarm still counts as running and that are on nodes it lost."""
    unheard = sum(service.unheard for service in snapshot.services)
    if not unheard:
        return []
    gone = {task.node for task in snapshot.tasks if task.lost_at and task.state == "running"}
    nodes = f"{' and '.join(sorted(gone))}, which {'does' if len(gone) == 1 else 'do'} not answer"
    were = "1 more as running: it was" if unheard == 1 else f"{unheard} more as running: they were"
    return [Line(f"Swarm counts {were} on {nodes}", sign=UNKNOWN.sign, tone=UNKNOWN.tone)]


def services_table(snapshot: Snapshot) -> Table:
    """One row a service, one below it for each of its tasks; services that need a person stand first."""
    order = sorted(
        ((service, service_standing(service, tasks_of(snapshot, service))) for service in snapshot.services),
        key=lambda pair: (URGENCY[pair[1].word], pair[0].name),
    )
    return Table(tuple(row for service, how in order for row in _service_rows(snapshot, service, how)))


def tasks_of(snapshot: Snapshot, service: ServiceSeen) -> tuple[TaskSeen, ...]:
    """All tasks of a service, history included."""
    return tuple(task for task in snapshot.tasks if task.service_id == service.id)


def service_standing(service: ServiceSeen, tasks: Sequence[TaskSeen]) -> Standing:
    """How a service stands: as wanted, or as the worst of its tasks."""
    if service.running >= service.desired:
        return RUNNING if service.desired else STOPPED
    if any(standing(task) is FAILED for task in tasks):
        return FAILED
    waiting = [standing(task) for task in tasks if current(task) and standing(task) not in (RUNNING, STOPPED)]
    return min(waiting, key=lambda how: URGENCY[how.word], default=WAITING)


def image_of(service: ServiceSeen) -> str:
    """The image a service asks for, without its digest."""
    container = (service.spec.get("TaskTemplate") or {}).get("ContainerSpec") or {}
    return str(container.get("Image", "")).split("@", 1)[0]


def _service_rows(snapshot: Snapshot, service: ServiceSeen, how: Standing) -> list[tuple[Cell, ...]]:
    tasks = tasks_of(snapshot, service)
    notes = [image_of(service), *_troubles(service, tasks)]
    rows = [
        (
            Cell(how.word, sign=how.sign, tone=how.tone),
            Cell(short_name(service.name, snapshot.stack), code=True),
            Cell(f"{of_wanted(service.running, service.desired)} running{surplus(service.running, service.desired)}"),
            Cell("; ".join(note for note in notes if note)),
        )
    ]
    shown = sorted(
        (task for task in tasks if current(task)), key=lambda task: (URGENCY[standing(task).word], task.slot, task.node)
    )
    return rows + [_task_row(task, snapshot.stack, image_of(service)) for task in shown]


def _task_row(task: TaskSeen, stack: str, image: str) -> tuple[Cell, ...]:
    how = standing(task)
    other = f", {tag(task.image)}" if task.image != image else ""
    reason = f": {task.error}" if task.error else ""
    return (
        Cell(""),
        Cell(short_name(task.name, stack), code=True),
        Cell(task.node or "no node yet"),
        Cell(f"{standing_words(task)}{other}{reason}", sign=how.sign, tone=how.tone),
    )


def _troubles(service: ServiceSeen, tasks: Sequence[TaskSeen]) -> list[str]:
    notes = []
    if service.update and service.update.state in _UPDATE_WORDS:
        message = f" ({service.update.message})" if service.update.message else ""
        notes.append(f"{_UPDATE_WORDS[service.update.state]}{message}")
    failed = sorted((task for task in tasks if standing(task) is FAILED), key=lambda task: task.at)
    if failed and service.running < service.desired:
        last = failed[-1]
        notes.append(
            f"{counted(len(failed), 'task')} failed, the last with: {last.error or last.message or 'no word why'}"
        )
    return notes
