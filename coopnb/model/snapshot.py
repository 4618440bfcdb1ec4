"""What is there: one look at an app in a swarm. Reads the engine's clock, never ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from coopnb.model.server import ServerIdentity
from coopnb.model.stack import Spec

STATES = (
    "new",
    "pending",
    "assigned",
    "accepted",
    "preparing",
    "ready",
    "starting",
    "running",
    "complete",
    "shutdown",
    "failed",
    "rejected",
    "remove",
    "orphaned",
)
"""Task states in swarmkit's order (api/types.proto, ``TaskState``)."""

ENDED = frozenset({"complete", "shutdown", "failed", "rejected", "remove", "orphaned"})
"""The states a task does not leave again."""


@dataclass(frozen=True, slots=True)
class UpdateStatus:
    """A service's ``UpdateStatus``: ``updating``, ``paused``, ``completed``, ``rollback_*``."""

    state: str
    message: str
    started_at: datetime | None = None
    completed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ServiceSeen:
    """A service as the swarm holds it.

    Attributes:
        index: ``Version.Index``; an update must name it.
        running: tasks that run, by ``ServiceStatus`` (Engine API 1.41), on nodes that answer.
        desired: tasks that are meant to run, by the same.
        unheard: tasks that ``ServiceStatus`` counts as running beside them: it repeats what lost nodes said last.
    """

    id: str
    name: str
    index: int
    spec: Spec
    previous_spec: Spec | None
    update: UpdateStatus | None
    running: int
    desired: int
    created_at: datetime
    updated_at: datetime
    unheard: int = 0


@dataclass(frozen=True, slots=True)
class TaskSeen:
    """A task: one attempt to run one slot of a service.

    Attributes:
        slot: counted from 1; 0 for a global service.
        state, desired_state: one of :data:`STATES`.
        image: without its digest.
        service: the service's full name (``wiki_example_org_app``).
        at: when it reached ``state``, by the engine's clock.
        has_healthcheck: whether ``running`` means that a health check passed.
        lost_at: since when its node does not answer: ``state`` is the last one heard of, and nobody knows what is so
            now; None where the node answers, and for a task that had ended before.
    """

    id: str
    service_id: str
    service: str
    slot: int
    node_id: str
    node: str
    state: str
    desired_state: str
    message: str
    error: str
    exit_code: int | None
    image: str
    at: datetime
    created_at: datetime
    index: int = 0
    container_id: str = ""
    has_healthcheck: bool = False
    lost_at: datetime | None = None

    @property
    def up(self) -> bool:
        """Whether it runs, is meant to, and its node answers."""
        return (self.state, self.desired_state) == ("running", "running") and self.lost_at is None

    @property
    def name(self) -> str:
        """The task as swarm names it: ``wiki_example_org_app.1``; a global service's by its node."""
        return f"{self.service}.{self.slot or self.node or self.id[:5]}"


@dataclass(frozen=True, slots=True)
class NodeSeen:
    """A node of the swarm.

    Attributes:
        state: ``ready``; with any other one, swarm has not heard from it.
        since: when swarm wrote it down as it is: a node that is lost was lost by then.
    """

    id: str
    hostname: str
    role: str
    availability: str
    state: str
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class NetworkSeen:
    """A swarm-scoped network."""

    id: str
    name: str
    driver: str
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SecretSeen:
    """A secret object; the engine never gives its value back.

    Attributes:
        driver, template_driver: the plugins that make and fill its value; else empty.
    """

    id: str
    name: str
    index: int
    labels: Mapping[str, str]
    created_at: datetime
    driver: str = ""
    template_driver: str = ""


@dataclass(frozen=True, slots=True)
class ConfigSeen:
    """A config object with its content, and the plugin that fills it in; else empty."""

    id: str
    name: str
    index: int
    labels: Mapping[str, str]
    created_at: datetime
    data: bytes = field(repr=False)
    template_driver: str = ""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An app as it is, and what of the swarm it leans on.

    Attributes:
        stack: the namespace looked at.
        at: the engine's time of the look.
        tasks: of this stack, current and kept history.
        networks: all swarm-scoped networks (an external one has no stack label).
        secrets, configs: those whose names start with the stack's, and the kept states of the app.
    """

    server: ServerIdentity
    stack: str
    at: datetime
    services: tuple[ServiceSeen, ...]
    tasks: tuple[TaskSeen, ...]
    nodes: tuple[NodeSeen, ...]
    networks: tuple[NetworkSeen, ...]
    secrets: tuple[SecretSeen, ...]
    configs: tuple[ConfigSeen, ...]
