"""Why a service did not get there: the engine's words, and the last lines its task wrote."""

from __future__ import annotations

from datetime import datetime

from coopnb.deploy.verdict import GRACE, Verdict
from coopnb.engine import Engine
from coopnb.errors import EngineError, NotConverged, TransportError
from coopnb.model.plan import Plan
from coopnb.model.run import Evidence, Outcome, RunReport
from coopnb.model.snapshot import TaskSeen
from coopnb.show.text import shorten

LOG_LINES = 5
LAST_LINE = 200
"""Characters of a log's last line in the error itself; the report has the whole."""


def gather(
    engine: Engine, verdicts: tuple[Verdict, ...], tasks: tuple[TaskSeen, ...], began: datetime
) -> tuple[Evidence, ...]:
    """Evidence for every service that is not as planned; a log that cannot be read is left out."""
    return tuple(
        _about(engine, verdict, tuple(task for task in tasks if task.service == verdict.service), began)
        for verdict in verdicts
        if verdict.state != "there"
    )


def _about(engine: Engine, verdict: Verdict, tasks: tuple[TaskSeen, ...], began: datetime) -> Evidence:
    recent = [task for task in tasks if task.created_at >= began - GRACE]
    failed = [task for task in recent if task.state in ("failed", "rejected")]
    if failed:
        last = max(failed, key=lambda task: task.at)
        log = () if last.state == "rejected" else _log(engine, last)
        return Evidence(verdict.service, last.name, last.node, _error(last) or verdict.text, len(failed), log)
    waiting = [task for task in recent if task.desired_state in ("running", "ready") and task.state != "running"]
    if waiting:
        task = waiting[-1]
        return Evidence(verdict.service, task.name, task.node, _waits(task), 0, _log(engine, task))
    return Evidence(verdict.service, "", "", verdict.text)


def _error(task: TaskSeen) -> str:
    if task.error:
        return task.error
    return f"exit {task.exit_code}" if task.exit_code else task.message


def _waits(task: TaskSeen) -> str:
    if task.error:
        return task.error
    if task.state == "starting" and task.has_healthcheck:
        return "it started, and its health check has not passed yet"
    return f"it is {task.state}: {task.message}"


def _log(engine: Engine, task: TaskSeen) -> tuple[str, ...]:
    if not task.container_id:
        return ()
    try:
        return engine.task_log(task.id, LOG_LINES)
    except (EngineError, TransportError):
        return ()


def failure(report: RunReport) -> NotConverged:
    """The error that carries a report which did not end as planned."""
    plan = report.plan
    error = NotConverged(
        _headline(plan, report.outcome, report.evidence),
        what="\n".join(_line(evidence) for evidence in report.evidence) or None,
        where=f"server {plan.server.name}, {plan.app}, version {plan.version_after}",
        hint=_NEXT[report.outcome],
    )
    error.report = report
    return error


_NEXT = {
    "rolled back": "The previous version serves. Read the evidence, mend the recipe or a setting, then plan again.",
    "failed": "Read the evidence, mend the recipe or a setting, then plan again: the plan shows what is missing.",
    "timed out": "It may still get there: run the watch cell again, or read the evidence and plan again.",
    "converged": "",
    "nothing to do": "",
    "interrupted": "Run the watch cell again to go on watching; what was written stays written.",
}


def _headline(plan: Plan, outcome: Outcome, evidence: tuple[Evidence, ...]) -> str:
    names = ", ".join(item.service for item in evidence) or plan.app
    if outcome == "rolled back":
        before = f" to {'what ran before' if plan.stack.plain else plan.version_before}" if plan.version_before else ""
        return f"{names} did not become healthy and was rolled back{before}, which serves"
    if outcome == "timed out":
        return f"{names} did not get there within {plan.stack.timeout} s"
    return f"{names} failed"


def _line(evidence: Evidence) -> str:
    where = " on ".join(part for part in (evidence.task, evidence.node) if part)
    times = f" {evidence.failures} times" if evidence.failures > 1 else ""
    subject = f"{where} failed{times}: " if evidence.failures else f"{where}: " if where else ""
    tail = f'; its last line: "{shorten(evidence.log[-1], LAST_LINE)}"' if evidence.log else ""
    return f"{subject}{evidence.what}{tail}"
