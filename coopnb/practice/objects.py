"""What the store holds: swarm objects as immutable values, their specs in Engine JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

Json = dict[str, Any]


class TaskState(IntEnum):
    """Task states in swarmkit's order (its api/types.proto)."""

    NEW = 0
    PENDING = 64
    ASSIGNED = 192
    ACCEPTED = 256
    PREPARING = 320
    READY = 384
    STARTING = 448
    RUNNING = 512
    COMPLETE = 576
    SHUTDOWN = 640
    FAILED = 704
    REJECTED = 768
    REMOVE = 800
    ORPHANED = 832

    @property
    def text(self) -> str:
        """The state as the Engine API writes it."""
        return self.name.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What all objects have; ``index`` is Version.Index, times are nanoseconds since 1970."""

    id: str
    index: int = 0
    created: int = 0
    updated: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster(Stored):
    """The swarm itself; the numbers of rotations are how often its join tokens were made anew."""

    spec: Json
    pool: tuple[str, ...] = ()
    subnet_size: int = 24
    data_path_port: int = 4789
    worker_rotations: int = 0
    manager_rotations: int = 0

    @property
    def history_limit(self) -> int:
        """How many tasks a slot keeps, the living one included; all when negative."""
        return int(self.spec["Orchestration"].get("TaskHistoryRetentionLimit", 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Node(Stored):
    """A machine of the swarm."""

    hostname: str
    address: str
    role: str = "worker"
    availability: str = "active"
    state: str = "ready"
    message: str = ""
    name: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    engine_labels: Mapping[str, str] = field(default_factory=dict)
    nano_cpus: int = 0
    memory: int = 0
    generic: Mapping[str, int] = field(default_factory=dict)
    architecture: str = "x86_64"
    os: str = "linux"
    leader: bool = False
    accepted: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateStatus:
    """How far an update or a rollback of a service is."""

    state: str
    message: str
    started: int | None = None
    completed: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Service(Stored):
    """A service; ``spec`` is Engine JSON in read-back form, ``spec_version`` tells one spec from another."""

    spec: Json
    spec_version: int
    previous_spec: Json | None = None
    previous_spec_version: int = 0
    update_status: UpdateStatus | None = None
    ports: tuple[Json, ...] = ()
    virtual_ips: tuple[Json, ...] = ()

    @property
    def name(self) -> str:
        """The service's name."""
        return str(self.spec["Name"])

    @property
    def is_global(self) -> bool:
        """One task on every node that fits, instead of a number of replicas."""
        return "Global" in self.spec["Mode"]

    @property
    def replicas(self) -> int:
        """How many tasks a replicated service wants."""
        return int(self.spec["Mode"].get("Replicated", {}).get("Replicas", 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Task(Stored):
    """One run of a service's container in a slot (replicated) or on a node (global).

    Attributes:
        timestamp: when its status came to be.
        repeated: when its node told of that status once more, having heard that an ended task is not wanted any more;
            swarmkit goes by the last report when it asks which tasks are the oldest.
    """

    service_id: str
    service_name: str
    service_labels: Mapping[str, str]
    spec: Json
    endpoint_spec: Json | None
    spec_version: int
    slot: int = 0
    node_id: str = ""
    state: TaskState = TaskState.NEW
    desired: TaskState = TaskState.RUNNING
    message: str = "created"
    err: str = ""
    timestamp: int = 0
    repeated: int = 0
    container_id: str = ""
    pid: int = 0
    exit_code: int | None = None
    attachments: tuple[Json, ...] = ()

    @property
    def name(self) -> str:
        """The task's name, which is its container's: service, slot or node, task id."""
        return f"{self.service_name}.{self.slot or self.node_id}.{self.id}"

    @property
    def wanted(self) -> bool:
        """Whether it is meant to run (or to be ready for it)."""
        return self.desired <= TaskState.RUNNING

    @property
    def ended(self) -> bool:
        """Whether it runs no more, or never will: a task without a node that is not wanted never does."""
        return self.state > TaskState.RUNNING or (not self.wanted and self.state < TaskState.ASSIGNED)

    @property
    def place(self) -> tuple[int, str]:
        """Its slot, or its node for a global service: what its successor takes over."""
        return (self.slot, "") if self.slot else (0, self.node_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Network(Stored):
    """A network of the swarm (overlay), or of one engine (local; those without ``hostname`` every engine has)."""

    name: str
    hostname: str = ""
    driver: str = "overlay"
    scope: str = "swarm"
    labels: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    ipam_driver: str = "default"
    ipam_options: Mapping[str, str] | None = None
    ipam: tuple[Json, ...] = ()
    internal: bool = False
    attachable: bool = False
    ingress: bool = False
    ipv6: bool = False
    vxlan: int = 0

    @property
    def driver_options(self) -> Mapping[str, str]:
        """Its driver's options: those it was made with, and the number that an overlay network has on the wire."""
        if not self.vxlan:
            return self.options
        return {"com.docker.network.driver.overlay.vxlanid_list": str(self.vxlan), **self.options}


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload(Stored):
    """What secrets and configs have in common; ``spec`` holds Name, Labels and Data."""

    spec: Json

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.spec["Name"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret(Payload):
    """A secret: its data never goes out again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config(Payload):
    """A config: its data is readable."""
