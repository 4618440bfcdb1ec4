"""A plan: every write that would be made, each with its cause, complete before the first one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from coopnb.model.finding import Finding
from coopnb.model.image import ImageSeen
from coopnb.model.server import ServerIdentity
from coopnb.model.stack import Spec, Stack

ObjectKind = Literal["network", "secret", "config", "service"]


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field of a service that an update changes, or a label of a secret or a config.

    Attributes:
        field: named as in :attr:`coopnb.model.stack.StackService.origins`.
        before, after: as people read them; ``None`` where the field is absent.
        cause: where the new value comes from (``recipe 1.3.0, compose.yml:6``, ``setting SMTP_FROM``).
    """

    field: str
    before: str | None
    after: str | None
    cause: str


@dataclass(frozen=True, slots=True)
class CreateNetwork:
    """``POST /networks/create``."""

    name: str
    spec: Spec
    cause: str
    kind: ObjectKind = "network"
    verb: str = "create"


@dataclass(frozen=True, slots=True)
class CreateSecret:
    """``POST /secrets/create``: with ``data`` of a file, with a value made when it is applied, or of a driver."""

    name: str
    labels: Mapping[str, str]
    cause: str
    length: int | None = None
    charset: str = "alnum"
    data: bytes | None = field(default=None, repr=False)
    driver: str = ""
    driver_opts: Mapping[str, str] = field(default_factory=dict)
    template_driver: str | None = None
    kind: ObjectKind = "secret"
    verb: str = "create"


@dataclass(frozen=True, slots=True)
class CreateConfig:
    """``POST /configs/create``."""

    name: str
    labels: Mapping[str, str]
    data: bytes = field(repr=False)
    template_driver: str | None
    cause: str
    kind: ObjectKind = "config"
    verb: str = "create"


@dataclass(frozen=True, slots=True)
class CreateService:
    """``POST /services/create``; ``spec`` names networks, secrets and configs, ids are filled in when applied."""

    name: str
    spec: Spec
    cause: str
    kind: ObjectKind = "service"
    verb: str = "create"


@dataclass(frozen=True, slots=True)
class UpdateService:
    """``POST /services/{id}/update?version=``.

    Attributes:
        restarts: whether swarm replaces the tasks for this (swarmkit orchestrator/task.go, ``IsTaskDirty``).
        interruption: what happens to those who use it meanwhile, in one sentence.
        interrupts: whether somebody must be expected to notice.
    """

    name: str
    id: str
    index: int
    spec: Spec
    changes: tuple[FieldChange, ...]
    restarts: bool
    interruption: str
    interrupts: bool
    cause: str
    kind: ObjectKind = "service"
    verb: str = "update"


@dataclass(frozen=True, slots=True)
class UpdateLabels:
    """``POST /secrets/{id}/update?version=``, or the same of a config: all its labels, for swarm changes nothing else.

    Attributes:
        labels: those it has afterwards; any other one is gone.
    """

    kind: ObjectKind
    name: str
    id: str
    index: int
    labels: Mapping[str, str]
    changes: tuple[FieldChange, ...]
    cause: str
    verb: str = "update"


@dataclass(frozen=True, slots=True)
class Remove:
    """``DELETE`` of a service that was asked for with ``prune``, or of the oldest kept state."""

    kind: ObjectKind
    name: str
    id: str
    cause: str
    verb: str = "remove"


Operation = CreateNetwork | CreateSecret | CreateConfig | CreateService | UpdateService | UpdateLabels | Remove


@dataclass(frozen=True, slots=True)
class Untouched:
    """Something the plan leaves as it is, with the reason.

    Attributes:
        verb: ``keep`` (is as wanted) or ``left`` (runs in the stack, not in its files).
    """

    verb: Literal["keep", "left"]
    kind: ObjectKind
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class RestsOn:
    """An object as it was when the plan was made; if it is another by then, the plan is stale."""

    kind: ObjectKind
    name: str
    id: str
    index: int


@dataclass(frozen=True, slots=True)
class LiveChange:
    """What is asked of services as they run, beside their files.

    Attributes:
        replicas: service (its key in the recipe, ``app``) -> tasks. restarts: the services to restart.
    """

    replicas: Mapping[str, int] = field(default_factory=dict)
    restarts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """Stack x Snapshot -> the writes that lead from one to the other.

    Attributes:
        operations: in the order they are made; the same kind may be made at once.
        untouched: what is kept or left running, with reasons.
        version_before: what the swarm says runs now (label ``coop-cloud.<stack>.version``); ``None`` if nothing does.
        rests_on: every object of the snapshot that an operation or a ``keep`` relies on.
        previous_state, new_state: names of the config objects kept for undo; ``new_state`` is what this plan leaves.
        looked_at: the engine's time of the snapshot.
        images: what the registries said when the plan was made; applying it asks them nothing.
        accepted: names of rules; errors of these do not block.
        live: set if this changes services as they run; ``stack`` then is what runs, with that change.
    """

    server: ServerIdentity
    nodes: int
    app: str
    recipe: str
    stack: Stack
    version_before: str | None
    version_after: str
    operations: tuple[Operation, ...]
    untouched: tuple[Untouched, ...]
    findings: tuple[Finding, ...]
    rests_on: tuple[RestsOn, ...]
    looked_at: datetime
    previous_state: str | None = None
    new_state: str | None = None
    prune: bool = False
    images: Mapping[str, ImageSeen] = field(default_factory=dict, repr=False)
    live: LiveChange | None = None
    accepted: tuple[str, ...] = ()

    @property
    def nothing_to_do(self) -> bool:
        """Whether the swarm already is as wanted."""
        return not self.operations

    @property
    def blocked(self) -> tuple[Finding, ...]:
        """The findings that must be mended, or accepted, before this plan can be approved."""
        return tuple(finding for finding in self._errors if finding.rule not in self.accepted)

    @property
    def taken_on(self) -> tuple[Finding, ...]:
        """The errors that were accepted."""
        return tuple(finding for finding in self._errors if finding.rule in self.accepted)

    @property
    def _errors(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.severity == "error")

    @property
    def digest(self) -> str:
        """64 hex digits over the swarm's id, the operations, what they rest on, and errors that were accepted.

        Equal plans have equal digests, whoever makes them and whenever.
        """
        body: dict[str, Any] = {
            "swarm": self.server.swarm_id,
            "app": self.app,
            "operations": [_operation_facts(operation) for operation in self.operations],
            "rests_on": sorted([rest.kind, rest.name, rest.id, rest.index] for rest in self.rests_on),
        }
        if self.taken_on:
            body["accepted"] = sorted([finding.rule, str(finding)] for finding in self.taken_on)
        return hashlib.sha256(json.dumps(body, sort_keys=True, separators=(",", ":")).encode()).hexdigest()

    @property
    def short_digest(self) -> str:
        """The first eight hex digits: what ``approve=`` takes."""
        return self.digest[:8]


def _operation_facts(operation: Operation) -> dict[str, Any]:
    """What an operation does, without why: the cause is explanation, not effect."""
    facts: dict[str, Any] = {"verb": operation.verb, "kind": operation.kind, "name": operation.name}
    if isinstance(operation, CreateNetwork | CreateService | UpdateService):
        facts["spec"] = operation.spec
    if isinstance(operation, CreateSecret | CreateConfig):
        facts["labels"] = dict(operation.labels)
        facts["data"] = hashlib.sha256(operation.data or b"").hexdigest()
    if isinstance(operation, CreateSecret):
        facts["make"] = [operation.length, operation.charset]
        if operation.driver or operation.template_driver:
            facts["driver"] = [operation.driver, dict(operation.driver_opts), operation.template_driver]
    if isinstance(operation, CreateConfig):
        facts["template_driver"] = operation.template_driver
    if isinstance(operation, UpdateLabels):
        facts["labels"] = dict(operation.labels)
    if isinstance(operation, UpdateService | UpdateLabels | Remove):
        facts["id"] = operation.id
    return facts


@dataclass(frozen=True, slots=True)
class Approval:
    """Somebody's word for one plan.

    Attributes:
        digest: of the plan that was approved, whole.
        by: who (``ana@laptop``); reason: why, in their words; at: when, UTC.
    """

    digest: str
    by: str
    reason: str
    at: datetime
