"""A run: a plan that was applied, watched until it is so, or until it is known that it will not be."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from coopnb.deploy.apply import Written
from coopnb.deploy.evidence import failure, gather
from coopnb.deploy.verdict import Expected, Verdict, judge, monitor
from coopnb.deploy.writing import Writer
from coopnb.engine import Engine
from coopnb.engine.wake import Wake
from coopnb.errors import Interrupted
from coopnb.model.plan import CreateService, Plan, UpdateService
from coopnb.model.run import Event, Outcome, RunReport, Sample
from coopnb.model.snapshot import NodeSeen, ServiceSeen, TaskSeen, UpdateStatus
from coopnb.observe.snapshot import nodes_seen, services_seen, snapshot, tasks_seen

SHORTEST_WAIT, LONGEST_WAIT = 0.2, 1.0
"""Seconds between looks at an engine: events may hurry the next look, nothing may put it off further."""

Progress = Callable[[tuple[Event, ...], Sample], None]
"""Told after every look: what is new, and how the tasks stand."""


class Run:
    """A plan being made true.

    Attributes:
        report: how it ended; ``None`` until :meth:`follow` has returned.
    """

    def __init__(self, engine: Engine, plan: Plan, written: tuple[Written, ...], ledger: Writer) -> None:
        self._engine = engine
        self.plan = plan
        self._written = {item.operation.name: item.operation for item in written if item.operation.kind == "service"}
        self._ledger = ledger
        self._began: datetime | None = None
        self._known_tasks: dict[str, tuple[str, str]] = {}
        self._known_updates: dict[str, str] = {}
        self._events: list[Event] = []
        self._samples: list[Sample] = []
        self.report: RunReport | None = None

    def wait(self, progress: Progress | None = None) -> RunReport:
        """Follow to the end.

        Raises:
            NotConverged: it did not end as planned; carries the report with the evidence.
            Interrupted: somebody stopped the watch.
        """
        report = self.follow(progress)
        if report.outcome == "interrupted":
            raise Interrupted(
                f"the watch over {self.plan.app} was stopped after {report.seconds:.0f} s; the swarm goes on by itself",
                where=f"server {self.plan.server.name}",
                hint="Run the watch cell again, or plan again to see what is missing.",
            )
        if report.outcome not in ("converged", "nothing to do"):
            raise failure(report)
        return report

    def follow(self, progress: Progress | None = None) -> RunReport:
        """Follow to the end and say how it ended, whatever it is. The ledger has every event."""
        if self.plan.nothing_to_do:
            return self._end("nothing to do", 0.0, ())
        nodes = nodes_seen(self._engine.nodes())
        try:
            with self._waiting() as wait:
                while True:
                    services, tasks, now = self._look(nodes)
                    self._tell(progress)
                    verdicts = self._judge(services, tasks, now)
                    outcome = self._outcome(verdicts, now)
                    if outcome is not None:
                        return self._finish(outcome, verdicts, tasks, now)
                    wait()
        except KeyboardInterrupt:
            seconds = self._samples[-1].seconds if self._samples else 0.0
            return self._end("interrupted", seconds, ())

    @contextmanager
    def _waiting(self) -> Iterator[Callable[[], None]]:
        if self.plan.server.self_paced:
            yield lambda: None
            return
        with Wake(self._engine) as wake:

            def wait() -> None:
                time.sleep(SHORTEST_WAIT)
                wake.wait(LONGEST_WAIT - SHORTEST_WAIT)

            yield wait

    def _look(self, nodes: tuple[NodeSeen, ...]) -> tuple[dict[str, ServiceSeen], tuple[TaskSeen, ...], datetime]:
        services = services_seen(self._engine.services(self.plan.stack.name))
        answer = self._engine.tasks(self.plan.stack.name)
        tasks = tasks_seen(answer, services, nodes)
        if self._began is None:
            self._began = self._first_write(services, answer.at)
        fresh = [*self._task_events(tasks), *self._update_events(services, answer.at)]
        fresh.sort(key=lambda event: (event.at, event.subject))
        self._new = tuple(fresh)
        self._events += fresh
        shown = tuple(
            task for task in tasks if task.desired_state in ("running", "ready") or _recent(task, self._began)
        )
        self._samples.append(Sample(self._seconds(max((answer.at, *(task.at for task in tasks)))), shown))
        return {service.name: service for service in services}, tasks, answer.at

    def _first_write(self, services: tuple[ServiceSeen, ...], now: datetime) -> datetime:
        """When the first service was written, to the engine's microsecond; its answers only tell seconds."""
        moments = [service.updated_at for service in services if service.name in self._written]
        return min(moments, default=now)

    def _tell(self, progress: Progress | None) -> None:
        if self._new:
            self._ledger.append_all("watch", [("event", _event_facts(event)) for event in self._new])
        if progress is not None:
            progress(self._new, self._samples[-1])

    def _task_events(self, tasks: tuple[TaskSeen, ...]) -> Iterator[Event]:
        first_look = not self._samples
        for task in tasks:
            before = self._known_tasks.get(task.id)
            state = (task.state, task.desired_state)
            self._known_tasks[task.id] = state
            unchanged = before is not None and before[0] == task.state
            if unchanged or (first_look and not _recent(task, self._start)):
                continue
            text = task.state if not task.error else f"{task.state}: {task.error}"
            yield Event(task.at, self._seconds(task.at), "task", task.name, text, task.node)

    def _update_events(self, services: tuple[ServiceSeen, ...], now: datetime) -> Iterator[Event]:
        for service in services:
            state = service.update.state if service.update else ""
            before = self._known_updates.get(service.name, "")
            self._known_updates[service.name] = state
            if state and state != before and service.name in self._written and service.update:
                at = _when(service.update, now)
                yield Event(at, self._seconds(at), "update", service.name, service.update.message or state)

    @property
    def _start(self) -> datetime:
        assert self._began is not None
        return self._began

    def _seconds(self, at: datetime) -> float:
        return max(0.0, round((at - self._start).total_seconds(), 3))

    def _judge(
        self, services: dict[str, ServiceSeen], tasks: tuple[TaskSeen, ...], now: datetime
    ) -> tuple[Verdict, ...]:
        return tuple(
            judge(
                self._expected(wanted.name),
                services.get(wanted.name),
                tuple(task for task in tasks if task.service == wanted.name),
                self._start,
                now,
            )
            for wanted in self.plan.stack.services
        )

    def _expected(self, name: str) -> Expected:
        operation = self._written.get(name)
        restarts = isinstance(operation, UpdateService) and operation.restarts
        return Expected(name, isinstance(operation, CreateService | UpdateService), restarts)

    def _outcome(self, verdicts: tuple[Verdict, ...], now: datetime) -> Outcome | None:
        states = {verdict.state for verdict in verdicts}
        if states <= {"there"}:
            return "converged"
        if now - self._start > timedelta(seconds=self.plan.stack.timeout):
            return "timed out"
        if "failed" in states:
            return "failed"
        # One service that was rolled back decides the outcome, once the others have come to rest.
        if "rolled back" in states and states <= {"there", "rolled back"}:
            return "rolled back"
        return None

    def _finish(
        self, outcome: Outcome, verdicts: tuple[Verdict, ...], tasks: tuple[TaskSeen, ...], now: datetime
    ) -> RunReport:
        evidence = gather(self._engine, verdicts, tasks, self._start) if outcome != "converged" else ()
        came_up = [verdict.since for verdict in verdicts if verdict.since and verdict.service in self._written]
        ended = max(came_up, default=now) if outcome == "converged" else now
        specs = [service.spec for service in self.plan.stack.services if service.name in self._written]
        watched = max((monitor(spec).total_seconds() for spec in specs), default=0.0) if outcome == "converged" else 0.0
        return self._end(outcome, self._seconds(ended), tuple(evidence), watched)

    def _end(self, outcome: Outcome, seconds: float, evidence: tuple, watched: float = 0.0) -> RunReport:  # type: ignore[type-arg]
        after = None
        if outcome != "interrupted":
            after = snapshot(self._engine, self.plan.server, self.plan.stack.name)
        self.report = RunReport(
            plan=self.plan,
            outcome=outcome,
            seconds=seconds,
            watched=watched,
            events=tuple(self._events),
            samples=tuple(self._samples),
            evidence=evidence,
            after=after,
        )
        self._ledger.append_all("watch", [("outcome", _outcome_facts(self.report))])
        return self.report


def _when(update: UpdateStatus, now: datetime) -> datetime:
    """When a service's update reached its state; a rollback keeps the start of the update it undoes."""
    if update.state.endswith("completed"):
        return update.completed_at or now
    return (update.started_at or now) if update.state == "updating" else now


def _recent(task: TaskSeen, began: datetime) -> bool:
    return task.created_at >= began - timedelta(seconds=1) or task.at >= began - timedelta(seconds=1)


def _event_facts(event: Event) -> dict[str, object]:
    return {
        "at": event.at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "seconds": event.seconds,
        "kind": event.kind,
        "subject": event.subject,
        "text": event.text,
        "node": event.node,
    }


def _outcome_facts(report: RunReport) -> dict[str, object]:
    return {
        "outcome": report.outcome,
        "seconds": report.seconds,
        "watched": report.watched,
        "evidence": [
            {
                "service": item.service,
                "task": item.task,
                "node": item.node,
                "what": item.what,
                "failures": item.failures,
                "log": list(item.log),
            }
            for item in report.evidence
        ],
    }
