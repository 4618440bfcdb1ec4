"""How a run ended: what was observed, why it did not get there, and what happened on the way."""

from __future__ import annotations

from collections.abc import Sequence

from coopnb.model.run import Event, Evidence, Outcome, RunReport
from coopnb.model.snapshot import ServiceSeen, Snapshot
from coopnb.show.chart import description, rollout_svg
from coopnb.show.output import Output
from coopnb.show.page import Block, Cell, Figure, Fold, Line, Log, Table, Tone, output_of
from coopnb.show.rollout import CHART_TITLE, tasks_table
from coopnb.show.series import Point, rollout_series, states_in
from coopnb.show.snapshot import image_of, services_table, tasks_of
from coopnb.show.text import counted, duration
from coopnb.show.words import current, place

_VERBS: dict[Outcome, str] = {
    "converged": "converged",
    "nothing to do": "nothing to do",
    "failed": "failed",
    "rolled back": "was rolled back",
    "timed out": "timed out",
    "interrupted": "the watch was interrupted",
}
_FAILED_MARK: tuple[str, Tone] = ("✗", "bad")
_MARKS: dict[Outcome, tuple[str, Tone]] = {
    "converged": ("", ""),
    "nothing to do": ("", ""),
    "interrupted": ("?", "busy"),
}
_NEXT: dict[Outcome, str] = {
    "failed": "mend the cause, then run again from the plan cell; it plans only what is still missing",
    "rolled back": "mend the cause, then run again from the plan cell",
    "timed out": "the swarm goes on trying: run again from the plan cell to see how it stands",
    "interrupted": "what was written stays written: run again from the plan cell to see what is still missing",
}
NOT_MEASURED = "Requests failed meanwhile: not measured."


def report_output(report: RunReport, run: int | None = None, step: str = "watch", *, following: str = "") -> Output:
    """Show the end of a run: the sentence, the evidence if it did not get there, tasks, chart and its table.

    Args:
        following: what to do next where it did not get there; by default, in the words of a notebook.
    """
    plan = report.plan
    head = Line(
        f"{plan.app} on {place(plan.server, plan.nodes)}: {_VERBS[report.outcome]}",
        aside=f"{plan.recipe} {plan.version_after}",
        head=True,
    )
    good = report.outcome in ("converged", "nothing to do")
    mark, tone = _MARKS.get(report.outcome, _FAILED_MARK)
    blocks: list[Block] = [head, Line(outcome_sentence(report), sign=mark, tone=tone)]
    if not good:
        blocks += _evidence(report, following or _NEXT.get(report.outcome, ""))
    blocks += [*_tasks(report), *chart_blocks(report), *_events(report.events)]
    return output_of(blocks, run=run, step=step)


def outcome_sentence(report: RunReport) -> str:
    """Say how it ended, and no more than was observed."""
    took = duration(report.seconds)
    match report.outcome:
        case "nothing to do":
            return "Nothing was written: the swarm already is as wanted."
        case "converged":
            return f"Converged in {took}: {_who_runs(report)}. {NOT_MEASURED}"
        case "rolled back":
            return f"Rolled back by the swarm after {took}: {_who_failed(report)}. {_who_serves(report)}"
        case "failed":
            return f"Failed after {took}: {_who_failed(report)}. {_who_serves(report)}"
        case "timed out":
            return (
                f"Not converged after {took}, the time this app is given: {_who_failed(report)}. {_who_serves(report)}"
            )
        case "interrupted":
            return f"The watch was stopped after {took}; the swarm goes on. {_who_serves(report)}"


def chart_blocks(report: RunReport) -> list[Block]:
    """The chart, and the table with the same numbers, which stays where a drawing cannot be shown."""
    points = rollout_series(report.samples, report.plan.looked_at)
    if not points:
        return []
    return [Figure(rollout_svg(points, CHART_TITLE), description(points)), _series_table(points)]


def _series_table(points: Sequence[Point]) -> Table:
    states = states_in(points)
    rows = tuple((Cell(str(point.seconds)), *(Cell(str(point.of(state))) for state in states)) for point in points)
    return Table(rows, head=("second", *states), caption=CHART_TITLE, numbers=True)


def _who_runs(report: RunReport) -> str:
    """How many tasks of the services that were written run the image that was asked for, and how long that was seen."""
    if report.after is None:
        return "how the tasks stand was not looked at"
    written = {operation.name for operation in report.plan.operations if operation.kind == "service"}
    services = [service for service in report.after.services if service.name in written and service.desired]
    running = sum(_running_images(report.after, service).count(image_of(service)) for service in services)
    images = sorted({image_of(service) for service in services})
    desired = sum(service.desired for service in services)
    if not services:
        return "no service was written"
    runs, was, each = ("runs", "was", "") if desired == 1 else ("run", "were", " each")
    watched = f" and {was} watched for {duration(report.watched)}{each}" if report.watched else ""
    return f"{running} of {counted(desired, 'task')} {runs} {_listed(images)}{watched}"


def _running_images(after: Snapshot, service: ServiceSeen) -> list[str]:
    """The image of every task of a service that runs, as the tasks have it and not as the service asks for it."""
    tasks = [task for task in tasks_of(after, service) if current(task)]
    return [task.image for task in tasks if task.state == "running" and not task.lost_at]


def _who_failed(report: RunReport) -> str:
    names = list(dict.fromkeys(evidence.service for evidence in report.evidence))
    if not names:
        return "no task said why"
    return f"{_listed(names)} did not get there"


def _who_serves(report: RunReport) -> str:
    """What was seen to run at the end: a rollback that was not observed is not claimed."""
    after = report.after
    if after is None:
        return "How the app stands was not looked at."
    parts = [_service_serves(service, _running_images(after, service)) for service in after.services]
    return f"At the end {_listed(parts)}." if parts else "At the end nothing of the app is there."


def _service_serves(service: ServiceSeen, images: list[str]) -> str:
    """``1 of 2 tasks of wiki_example_org_app run (mediawiki:1.39.8)``."""
    what = f" ({_listed(sorted(set(images)))})" if images else ""
    verb = "runs" if service.desired == 1 else "run"
    return f"{len(images)} of {counted(service.desired, 'task')} of {service.name} {verb}{what}"


def _evidence(report: RunReport, following: str) -> list[Block]:
    plan = report.plan
    blocks: list[Block] = []
    for evidence in report.evidence:
        where = f"server {plan.server.name}, service {evidence.service}, version {plan.version_after}"
        rows = [(Cell("what"), Cell(_what(evidence))), (Cell("where"), Cell(where))]
        blocks.append(Table(tuple(rows)))
        if evidence.log:
            blocks += [Line(f"The last {counted(len(evidence.log), 'line')} of its log:"), Log(evidence.log)]
    if following:
        blocks.append(Table(((Cell("next"), Cell(following)),)))
    return blocks


def _what(evidence: Evidence) -> str:
    times = "" if evidence.failures < 2 else f" ({evidence.failures} tasks failed since the run began)"
    on = f" on {evidence.node}" if evidence.node else ""
    return f"{evidence.task or evidence.service}{on}: {evidence.what}{times}"


def _tasks(report: RunReport) -> list[Block]:
    if report.after is not None:
        return [services_table(report.after)] if report.after.services else []
    if not report.samples:
        return []
    last = report.samples[-1]
    return [Line(f"As last seen, at {duration(last.seconds)}:"), tasks_table(report.plan, last.tasks)]


def _events(events: Sequence[Event]) -> list[Block]:
    if not events:
        return []
    rows = tuple(
        (Cell(f"{round(event.seconds)} s"), Cell(event.subject, code=True), Cell(event.node), Cell(event.text))
        for event in events
    )
    return [Fold(f"What happened, {counted(len(events), 'event')} by the engine's clock:", (Table(rows),))]


def _listed(parts: Sequence[str]) -> str:
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"
