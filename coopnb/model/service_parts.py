"""The parts of a service in a compose file: what stands in it as a mapping, in the long form.

Conventions are those of :mod:`coopnb.model.compose`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Literal

from annotated_types import Ge

Count = Annotated[int, Ge(0)]
Texts = tuple[str, ...]
Pairs = Mapping[str, str]
Order = Literal["", "start-first", "stop-first"]
ONLY_KNOWN_KEYS = {"extra": "forbid"}
"""Tells the validator that a key that is no field is an error."""


@dataclass(frozen=True, slots=True)
class Build:
    """``build``: how an image would be made elsewhere; swarm does nothing with it."""

    __pydantic_config__: ClassVar[Any] = ONLY_KNOWN_KEYS
    context: str = ""
    dockerfile: str = ""
    args: Mapping[str, str | None] = field(default_factory=dict)
    labels: Pairs = field(default_factory=dict)
    cache_from: Texts = ()
    extra_hosts: Texts = ()
    network: str = ""
    target: str = ""


@dataclass(frozen=True, slots=True)
class Healthcheck:
    """How swarm learns that a task is well; ``test`` begins with ``CMD`` or ``CMD-SHELL``."""

    __pydantic_config__: ClassVar[Any] = ONLY_KNOWN_KEYS
    test: Texts = ()
    interval: int | None = None
    timeout: int | None = None
    start_period: int | None = None
    start_interval: int | None = None
    retries: Count | None = None
    disable: bool = False


@dataclass(frozen=True, slots=True)
class UpdatePolicy:
    """``deploy.update_config`` and ``deploy.rollback_config``; ``parallelism`` 0 means all at once."""

    __pydantic_config__: ClassVar[Any] = ONLY_KNOWN_KEYS
    parallelism: Count | None = None
    delay: int = 0
    failure_action: str = ""
    monitor: int = 0
    max_failure_ratio: float = 0
    order: Order = ""


@dataclass(frozen=True, slots=True)
class RestartPolicy:
    """``deploy.restart_policy``."""

    __pydantic_config__: ClassVar[Any] = ONLY_KNOWN_KEYS
    condition: str = ""
    delay: int | None = None
    max_attempts: Count | None = None
    window: int | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """``deploy.resources.limits``; ``cpus`` as written (``0.50``)."""

    __pydantic_config__: ClassVar[Any] = ONLY_KNOWN_KEYS
    cpus: str = ""
    memory: int = 0
    pids: int = 0


@dataclass(frozen=True, slots=True)
class DiscreteResource:
    """A number of something a node has, ``kind`` by name."""

    __pydantic_config__: ClassVar[Any] = ONLY_KNOWN_KEYS
    kind: str = ""
    value: int = 0


@dataclass(frozen=True, slots=True)
class GenericResource:
    """An item of ``generic_resources``; only discrete ones exist."""

    __pydantic_config__: ClassVar[Any] = ONLY_KNOWN_KEYS
    discrete_resource_spec: DiscreteResource | None = None


@dataclass(frozen=True, slots=True)
class Reservations:
    """``deploy.resources.reservations``: what the scheduler counts with."""

    __pydantic_config__: ClassVar[Any] = ONLY_KNOWN_KEYS
    cpus: str = ""
    memory: int = 0
    generic_resources: tuple[GenericResource, ...] = ()


@dataclass(frozen=True, slots=True)
class Resources:
    """``deploy.resources``."""

    __pydantic_config__: ClassVar[Any] = ONLY_KNOWN_KEYS
    limits: Limits | None = None
    reservations: Reservations | None = None


@dataclass(frozen=True, slots=True)
class Preference:
    """Spread tasks over the values of a node label."""

    __pydantic_config__: ClassVar[Any] = ONLY_KNOWN_KEYS
    spread: str = ""


@dataclass(frozen=True, slots=True)
class Placement:
    """``deploy.placement``; ``max_replicas_per_node`` 0 means no limit."""

    __pydantic_config__: ClassVar[Any] = ONLY_KNOWN_KEYS
    constraints: Texts = ()
    preferences: tuple[Preference, ...] = ()
    max_replicas_per_node: Count = 0


@dataclass(frozen=True, slots=True)
class Deploy:
    """``deploy``: what swarm does with a service. ``replicas`` of ``None`` is swarm's default, 1."""

    __pydantic_config__: ClassVar[Any] = ONLY_KNOWN_KEYS
    mode: str = ""
    replicas: Count | None = None
    endpoint_mode: str = ""
    labels: Pairs = field(default_factory=dict)
    update_config: UpdatePolicy | None = None
    rollback_config: UpdatePolicy | None = None
    restart_policy: RestartPolicy | None = None
    resources: Resources = Resources()
    placement: Placement = Placement()


@dataclass(frozen=True, slots=True)
class Port:
    """A port; an empty ``mode`` or ``protocol`` is left to the engine (ingress, tcp)."""

    __pydantic_config__: ClassVar[Any] = ONLY_KNOWN_KEYS
    target: Count = 0
    published: Count = 0
    protocol: str = ""
    mode: str = ""


@dataclass(frozen=True, slots=True)
class ServiceNetwork:
    """How a service is on a network; swarm has no use for the addresses."""

    __pydantic_config__: ClassVar[Any] = ONLY_KNOWN_KEYS
    aliases: Texts = ()
    driver_opts: Pairs = field(default_factory=dict)
    ipv4_address: str = ""
    ipv6_address: str = ""


@dataclass(frozen=True, slots=True)
class BindOptions:
    """``volumes[].bind``."""

    __pydantic_config__: ClassVar[Any] = ONLY_KNOWN_KEYS
    propagation: str = ""


@dataclass(frozen=True, slots=True)
class VolumeOptions:
    """``volumes[].volume``."""

    __pydantic_config__: ClassVar[Any] = ONLY_KNOWN_KEYS
    nocopy: bool = False
    subpath: str = ""


@dataclass(frozen=True, slots=True)
class TmpfsOptions:
    """``volumes[].tmpfs``."""

    __pydantic_config__: ClassVar[Any] = ONLY_KNOWN_KEYS
    size: Count = 0


@dataclass(frozen=True, slots=True)
class Mount:
    """An item of a service's ``volumes``; an empty ``source`` of a volume makes it anonymous."""

    __pydantic_config__: ClassVar[Any] = ONLY_KNOWN_KEYS
    type: str
    source: str = ""
    target: str = ""
    read_only: bool = False
    consistency: str = ""
    bind: BindOptions | None = None
    volume: VolumeOptions | None = None
    tmpfs: TmpfsOptions | None = None


@dataclass(frozen=True, slots=True)
class FileReference:
    """A config or a secret as a service mounts it; ``source`` is its key in the file."""

    __pydantic_config__: ClassVar[Any] = ONLY_KNOWN_KEYS
    source: str = ""
    target: str = ""
    uid: str = ""
    gid: str = ""
    mode: Count | None = None


@dataclass(frozen=True, slots=True)
class Logging:
    """``logging``; an empty ``driver`` is the engine's own."""

    __pydantic_config__: ClassVar[Any] = ONLY_KNOWN_KEYS
    driver: str = ""
    options: Pairs = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ulimit:
    """A limit of a task's processes."""

    __pydantic_config__: ClassVar[Any] = ONLY_KNOWN_KEYS
    soft: int
    hard: int


@dataclass(frozen=True, slots=True)
class CredentialSpec:
    """Credentials of a Windows container."""

    __pydantic_config__: ClassVar[Any] = ONLY_KNOWN_KEYS
    config: str = ""
    file: str = ""
    registry: str = ""
