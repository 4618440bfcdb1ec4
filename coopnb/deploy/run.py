"""A run: a plan that was applied, watched until it is so, or until it is known that it will not be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from coopnb.deploy.apply import Written
from coopnb.deploy.evidence import failure, gather
from coopnb.deploy.interruption import interruptions
from coopnb.deploy.story import Story
from coopnb.deploy.verdict import Expected, Verdict, judge, monitor
from coopnb.deploy.writing import Writer
from coopnb.engine import Engine
from coopnb.engine.wake import pauses
from coopnb.errors import Interrupted
from coopnb.model.history import Replicas
from coopnb.model.plan import CreateService, Plan, UpdateService
from coopnb.model.run import Event, Evidence, Outcome, RunReport, Sample
from coopnb.model.snapshot import NodeSeen, ServiceSeen, Snapshot, TaskSeen
from coopnb.observe.snapshot import nodes_seen, snapshot, stack_seen

Progress = Callable[[tuple[Event, ...], Sample], None]
"""Told after every look: what is new, and how the tasks stand."""

NODES_ASKED = timedelta(seconds=15)
"""How long a look at the nodes is good for: swarm itself takes three heartbeats of 5 s to know that one is lost.
Success is never told on an old one."""


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
        self._story = Story(self._written)
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
            # What was written before, by a run that was cut off for one, may still be on its way.
            seen = self._snapshot()
            if self._is_there(seen):
                return self._end("nothing to do", 0.0, after=seen)
        first = nodes = nodes_seen(self._engine.nodes())
        asked: datetime | None = None
        try:
            with interruptions() as interrupted, pauses(self._engine, self.plan.server.self_paced) as pause:
                while True:
                    services, tasks, now = self._look(nodes, progress)
                    verdicts = self._verdicts(services, heard_of(tasks, first), self._story.start, now)
                    outcome = self._outcome(verdicts, now)
                    asked = asked or now
                    if outcome in ("converged", "nothing to do") or now - asked >= NODES_ASKED:
                        before, nodes, asked = nodes, nodes_seen(self._engine.nodes()), now
                        if lost(nodes) - lost(before):
                            continue  # what was seen may not be so: looked at again, with what is known now
                    if outcome is not None:
                        return self._finish(outcome, verdicts, tasks, now)
                    if interrupted():
                        break
                    pause()
        except KeyboardInterrupt:
            pass
        return self._end("interrupted", self._story.samples[-1].seconds if self._story.samples else 0.0)

    def _look(
        self, nodes: tuple[NodeSeen, ...], progress: Progress | None
    ) -> tuple[dict[str, ServiceSeen], tuple[TaskSeen, ...], datetime]:
        counted = self._engine.services(self.plan.stack.name)
        answer = self._engine.tasks(self.plan.stack.name)
        services, tasks = stack_seen(counted, answer, nodes)
        events = self._story.look(services, tasks, answer.at)
        counts = self._story.counts(services, answer.at)
        self._ledger.append_all(
            "watch",
            [
                *(("event", _event_facts(event)) for event in events),
                *(("replicas", _replicas_facts(count)) for count in counts),
            ],
        )
        if progress is not None:
            progress(events, self._story.samples[-1])
        return {service.name: service for service in services}, tasks, answer.at

    def _verdicts(
        self, services: Mapping[str, ServiceSeen], tasks: tuple[TaskSeen, ...], began: datetime, now: datetime
    ) -> tuple[Verdict, ...]:
        return tuple(
            judge(
                self._expected(wanted.name),
                services.get(wanted.name),
                tuple(task for task in tasks if task.service == wanted.name),
                began,
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
            return "nothing to do" if self.plan.nothing_to_do else "converged"
        if now - self._story.start > timedelta(seconds=self.plan.stack.timeout):
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
        if outcome not in ("converged", "nothing to do"):
            evidence = gather(self._engine, verdicts, tasks, self._story.start)
            return self._end(outcome, self._story.seconds(now), evidence)
        came_up = [verdict.since for verdict in verdicts if verdict.since and verdict.service in self._written]
        specs = [service.spec for service in self.plan.stack.services if service.name in self._written]
        watched = max((monitor(spec).total_seconds() for spec in specs), default=0.0)
        return self._end(outcome, self._story.seconds(max(came_up, default=now)), watched=watched)

    def _is_there(self, seen: Snapshot) -> bool:
        services = {service.name: service for service in seen.services}
        verdicts = self._verdicts(services, seen.tasks, seen.at, seen.at)
        return all(verdict.state == "there" for verdict in verdicts)

    def _snapshot(self) -> Snapshot:
        return snapshot(self._engine, self.plan.server, self.plan.stack.name)

    def _end(
        self,
        outcome: Outcome,
        seconds: float,
        evidence: tuple[Evidence, ...] = (),
        watched: float = 0.0,
        after: Snapshot | None = None,
    ) -> RunReport:
        self.report = RunReport(
            plan=self.plan,
            outcome=outcome,
            seconds=seconds,
            watched=watched,
            events=tuple(self._story.events),
            samples=tuple(self._story.samples),
            evidence=evidence,
            after=None if outcome == "interrupted" else after or self._snapshot(),
        )
        self._ledger.append_all("watch", [("outcome", _outcome_facts(self.report))])
        return self.report


def heard_of(tasks: tuple[TaskSeen, ...], nodes: tuple[NodeSeen, ...]) -> tuple[TaskSeen, ...]:
    """The tasks without those that a lost node was told to stop: nobody will ever say that they have.

    A node counts as lost if it was when the watch began; one that is lost later may well be back in time.
    """
    gone = {node.id for node in nodes if node.state == "down"}
    return tuple(task for task in tasks if task.node_id not in gone or task.desired_state in ("running", "ready"))


def lost(nodes: tuple[NodeSeen, ...]) -> frozenset[str]:
    """The nodes that do not answer, by id."""
    return frozenset(node.id for node in nodes if node.state != "ready")


def _event_facts(event: Event) -> dict[str, object]:
    return {
        "at": event.at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "seconds": event.seconds,
        "kind": event.kind,
        "subject": event.subject,
        "text": event.text,
        "node": event.node,
        **({"task": event.task} if event.task else {}),
    }


def _replicas_facts(count: Replicas) -> dict[str, object]:
    return {
        "seconds": count.seconds,
        "service": count.service,
        "wanted": count.wanted,
        "running": count.running,
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
