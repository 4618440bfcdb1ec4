"""What happened when a plan was applied: events, samples of the tasks, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from coopnb.model.plan import Plan
from coopnb.model.snapshot import Snapshot, TaskSeen

Outcome = Literal["converged", "nothing to do", "failed", "rolled back", "timed out", "interrupted"]
EventKind = Literal["write", "task", "update", "outcome"]


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened, by the engine's clock.

    Attributes:
        kind: ``write`` (an operation was made), ``task`` (a task changed state),
            ``update`` (a service's update status changed), ``outcome`` (how it ended).
        subject: a full name (``wiki_example_org_app.1``, ``wiki_example_org_db``).
        text: what happened, as a sentence that fits one line.
        seconds: since the run began, by the engine's clock.
        task: the id of the task that is meant: its name is that of every attempt in its slot.
    """

    at: datetime
    seconds: float
    kind: EventKind
    subject: str
    text: str
    node: str = ""
    task: str = ""


@dataclass(frozen=True, slots=True)
class Sample:
    """The tasks of the stack at one moment of the run, history left out."""

    seconds: float
    tasks: tuple[TaskSeen, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a service did not get there.

    Attributes:
        what: the task's error in the engine's words, or the reason it waits.
        failures: how many tasks of the service failed since the run began.
        log: its last lines, masked.
    """

    service: str
    task: str
    node: str
    what: str
    failures: int = 0
    log: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RunReport:
    """A plan, applied, as it was observed.

    Attributes:
        outcome: never ``converged`` unless it was observed.
        seconds: from the first write to the outcome, by the engine's clock.
        watched: seconds that every task was seen to stay up before ``converged`` was said.
        after: the snapshot at the end; ``None`` when the watch was cut short.
    """

    plan: Plan
    outcome: Outcome
    seconds: float
    watched: float = 0.0
    events: tuple[Event, ...] = ()
    samples: tuple[Sample, ...] = field(default=(), repr=False)
    evidence: tuple[Evidence, ...] = ()
    after: Snapshot | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at afterwards.

    Attributes:
        name: what was looked at (``2 of 2 tasks healthy``).
        ok: ``None`` if it could not be looked at: never counted as passed.
        text: what was seen, as a sentence.
    """

    name: str
    ok: bool | None
    text: str = ""
