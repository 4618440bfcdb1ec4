"""How an app's tasks came to stand as they do: replicas over time, one span a state of a task, restarts, nodes.

All times are seconds by the engine's clock, counted from :attr:`History.began`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

NOT_SEEN = ""
"""The state of a task while nobody looked, and nothing that the swarm keeps tells it."""

UNHEARD = "unheard"
"""The state of a task whose node is lost: swarm goes on telling the one that it heard of last."""


@dataclass(frozen=True, slots=True)
class Replicas:
    """From ``seconds`` on, so many tasks of a service ran, of so many wanted."""

    seconds: float
    service: str
    wanted: int
    running: int


@dataclass(frozen=True, slots=True)
class TaskSpan:
    """A task stood in one state, from ``start`` to ``end``.

    Attributes:
        task: as swarm names it (``wiki_example_org_app.1``); several attempts share the name.
        slot: counted from 1; 0 for a global service.
        attempt: which attempt to run this task it was, from 1 for the oldest one known.
        state: one of :data:`coopnb.model.snapshot.STATES`, :data:`UNHEARD` or :data:`NOT_SEEN`. The state in which
            an attempt ended lasts until the next attempt is made, which may be at once.
    """

    task: str
    service: str
    slot: int
    attempt: int
    node: str
    state: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Restart:
    """An attempt that ended by itself at ``seconds``, and was followed by another one.

    Attributes:
        reason: the task's error in the engine's words, or its state.
    """

    seconds: float
    service: str
    task: str
    node: str
    reason: str


@dataclass(frozen=True, slots=True)
class NodeLoad:
    """The tasks that are meant to run on a node, at the end.

    Attributes:
        node: its host name; empty for tasks that have none yet.
        status: ``ready``, ``down``, ``drained``, ``paused``, ``unknown``; empty where it was not looked at.
        running, others: tasks that run there, and those that are meant to and do not.
    """

    node: str
    status: str
    running: int
    others: int


@dataclass(frozen=True, slots=True)
class History:
    """What is known of an app from ``began`` on, for so many ``seconds``.

    Attributes:
        stack: the namespace looked at.
        looks: how often somebody looked; between two looks, only what the swarm kept is known.
        replicas: by time and service; one entry a change, and one at the end.
        spans: by task, attempt and time.
        restarts: by time.
        nodes: by name; tasks without a node last.
        forgotten: tasks of which the swarm may have dropped earlier attempts: their restarts are "at least".
    """

    stack: str
    began: datetime
    seconds: float
    looks: int
    replicas: tuple[Replicas, ...] = ()
    spans: tuple[TaskSpan, ...] = ()
    restarts: tuple[Restart, ...] = ()
    nodes: tuple[NodeLoad, ...] = ()
    forgotten: frozenset[str] = frozenset()

    @property
    def last(self) -> tuple[Replicas, ...]:
        """How many tasks of each service ran at the end, by service."""
        latest = {item.service: item for item in self.replicas}
        return tuple(latest[name] for name in sorted(latest))
