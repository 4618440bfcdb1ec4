"""A rollout while it happens: one row a task, what needs a person first."""

from __future__ import annotations

from collections.abc import Sequence

from coopnb.model.plan import CreateService, Plan, UpdateService
from coopnb.model.run import Sample
from coopnb.model.snapshot import TaskSeen
from coopnb.show.chart import description, rollout_svg
from coopnb.show.output import Output
from coopnb.show.page import Cell, Figure, Line, Table, html_of, output_of
from coopnb.show.series import rollout_series
from coopnb.show.text import counted, duration
from coopnb.show.words import URGENCY, place, short_name, standing, standing_words, tag

CHART_TITLE = "Tasks over time, by state"


def rollout_text(plan: Plan, sample: Sample, seconds: float) -> str:
    """The live rows as text: where it stands ``seconds`` after the first write."""
    return rollout_output(plan, sample, seconds).text


def rollout_output(plan: Plan, sample: Sample, seconds: float, run: int | None = None) -> Output:
    """The live rows; their ``html`` is what a live view shows."""
    doing = "updating" if plan.version_before else "deploying"
    title = f"{plan.app} on {place(plan.server)}: {doing}, {_arrived(plan, sample)}"
    head = Line(title, aside=duration(seconds), head=True)
    return output_of([head, tasks_table(plan, sample.tasks)], run=run, step="watch")


def rollout_chart_html(plan: Plan, samples: Sequence[Sample]) -> str:
    """The chart so far, for a live view; the end of the run has it again, with its table."""
    points = rollout_series(samples, plan.looked_at)
    if not points:
        return ""
    return html_of([Figure(rollout_svg(points, CHART_TITLE), description(points))])


def tasks_table(plan: Plan, tasks: Sequence[TaskSeen]) -> Table:
    """One row a task: how it stands, where, its version, and whether it is of this rollout."""
    order = sorted(
        tasks, key=lambda task: (URGENCY[standing(task).word], task.service, task.slot, task.node, task.created_at)
    )
    return Table(tuple(_row(plan, task) for task in order))


def is_new(plan: Plan, task: TaskSeen) -> bool:
    """Whether a task was made after the plan looked, by the engine's clock."""
    return task.created_at > plan.looked_at


def _row(plan: Plan, task: TaskSeen) -> tuple[Cell, ...]:
    how = standing(task)
    return (
        Cell(short_name(task.name, plan.stack.name), sign=how.sign, tone=how.tone),
        Cell(task.node or "no node yet"),
        Cell(standing_words(task)),
        Cell(tag(task.image), code=True),
        Cell(_note(plan, task)),
    )


def _note(plan: Plan, task: TaskSeen) -> str:
    if task.error:
        return task.error
    if is_new(plan, task):
        return "" if task.state in ("running", task.message) else task.message
    return "to be replaced" if task.service in _restarted(plan) else "unchanged"


def _arrived(plan: Plan, sample: Sample) -> str:
    wanted = _wanted(plan, sample)
    if not wanted:
        return "no task is replaced"
    new = sum(1 for task in sample.tasks if task.service in wanted and task.up and is_new(plan, task))
    return f"{new} of {counted(sum(wanted.values()), 'task')} new"


def _restarted(plan: Plan) -> frozenset[str]:
    return frozenset(
        operation.name for operation in plan.operations if isinstance(operation, UpdateService) and operation.restarts
    )


def _wanted(plan: Plan, sample: Sample) -> dict[str, int]:
    """Service -> tasks that this plan makes anew; a global service has as many as are meant to run."""
    wanted = {}
    for operation in plan.operations:
        if isinstance(operation, CreateService) or (isinstance(operation, UpdateService) and operation.restarts):
            mode = operation.spec.get("Mode") or {}
            running = sum(
                1 for task in sample.tasks if task.service == operation.name and task.desired_state == "running"
            )
            wanted[operation.name] = (
                running if "Global" in mode else int((mode.get("Replicated") or {}).get("Replicas", 1))
            )
    return wanted
