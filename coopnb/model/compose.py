"""The compose file as a noun: what docker/cli 28 reads (schema 3.13), merged and normalised.

Every section has one long form here; the short forms of the files are gone. Fields are
named as in the files. As in docker/cli (``cli/compose/types``), an absent text is ``""``
and an absent number 0; ``None`` stands only where absence means something else than zero.

Durations are nanoseconds, sizes bytes. These are plain dataclasses: the room ``recipe``
validates files against them, and nobody else needs the validator.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from coopnb.model.service_parts import (
    ONLY_KNOWN_KEYS,
    Build,
    CredentialSpec,
    Deploy,
    FileReference,
    Healthcheck,
    Logging,
    Mount,
    Pairs,
    Port,
    ServiceNetwork,
    Texts,
    Ulimit,
)

__all__ = [
    "Compose",
    "ConfigObject",
    "FileReference",
    "Ipam",
    "IpamSubnet",
    "Network",
    "SecretObject",
    "Service",
    "Volume",
]


@dataclass(frozen=True, slots=True)
class Service:
    """A service. The second block holds what docker/cli reads and swarm does nothing with.

    Attributes:
        environment: ``None`` is a name without a value, which reaches the container as such.
        networks: ``None`` is a network without options.
        extra_hosts: ``host:address``.
    """

    __pydantic_config__: ClassVar[Any] = ONLY_KNOWN_KEYS
    image: str = ""
    command: Texts = ()
    entrypoint: Texts = ()
    environment: Mapping[str, str | None] = field(default_factory=dict)
    labels: Pairs = field(default_factory=dict)
    deploy: Deploy = field(default_factory=Deploy)
    healthcheck: Healthcheck | None = None
    ports: tuple[Port, ...] = ()
    networks: Mapping[str, ServiceNetwork | None] = field(default_factory=dict)
    volumes: tuple[Mount, ...] = ()
    configs: tuple[FileReference, ...] = ()
    secrets: tuple[FileReference, ...] = ()
    logging: Logging | None = None
    user: str = ""
    working_dir: str = ""
    hostname: str = ""
    init: bool | None = None
    isolation: str = ""
    tty: bool = False
    stdin_open: bool = False
    read_only: bool = False
    restart: str = ""
    stop_signal: str = ""
    stop_grace_period: int | None = None
    cap_add: Texts = ()
    cap_drop: Texts = ()
    sysctls: Pairs = field(default_factory=dict)
    ulimits: Mapping[str, Ulimit] = field(default_factory=dict)
    dns: Texts = ()
    dns_search: Texts = ()
    extra_hosts: Texts = ()
    credential_spec: CredentialSpec | None = None

    build: Build | None = None
    cgroup_parent: str = ""
    cgroupns_mode: str = ""
    container_name: str = ""
    depends_on: Texts = ()
    devices: Texts = ()
    domainname: str = ""
    env_file: Texts = ()
    expose: Texts = ()
    external_links: Texts = ()
    ipc: str = ""
    links: Texts = ()
    mac_address: str = ""
    network_mode: str = ""
    oom_score_adj: int = 0
    pid: str | None = None
    privileged: bool = False
    security_opt: Texts = ()
    shm_size: str = ""
    tmpfs: Texts = ()
    userns_mode: str = ""


@dataclass(frozen=True, slots=True)
class IpamSubnet:
    """An item of ``ipam.config``."""

    __pydantic_config__: ClassVar[Any] = ONLY_KNOWN_KEYS
    subnet: str = ""


@dataclass(frozen=True, slots=True)
class Ipam:
    """``ipam``: the address plan of a network."""

    __pydantic_config__: ClassVar[Any] = ONLY_KNOWN_KEYS
    driver: str = ""
    config: tuple[IpamSubnet, ...] = ()


@dataclass(frozen=True, slots=True)
class Network:
    """A network; ``name`` is empty when swarm's name is made of the stack's and the key."""

    __pydantic_config__: ClassVar[Any] = ONLY_KNOWN_KEYS
    name: str = ""
    external: bool = False
    driver: str = ""
    driver_opts: Pairs | None = None
    ipam: Ipam = Ipam()
    internal: bool = False
    attachable: bool = False
    labels: Pairs = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Volume:
    """A named volume; it is the nodes that make it, when a task first mounts it."""

    __pydantic_config__: ClassVar[Any] = ONLY_KNOWN_KEYS
    name: str = ""
    external: bool = False
    driver: str = ""
    driver_opts: Pairs | None = None
    labels: Pairs = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ConfigObject:
    """A config; ``file`` is relative to the recipe version's root."""

    __pydantic_config__: ClassVar[Any] = ONLY_KNOWN_KEYS
    name: str = ""
    external: bool = False
    file: str = ""
    labels: Pairs = field(default_factory=dict)
    template_driver: str = ""


@dataclass(frozen=True, slots=True)
class SecretObject:
    """A secret; ``file`` is relative to the recipe version's root."""

    __pydantic_config__: ClassVar[Any] = ONLY_KNOWN_KEYS
    name: str = ""
    external: bool = False
    file: str = ""
    labels: Pairs = field(default_factory=dict)
    driver: str = ""
    driver_opts: Pairs = field(default_factory=dict)
    template_driver: str = ""


@dataclass(frozen=True, slots=True)
class Compose:
    """A compose file, or several merged.

    Attributes:
        version: of the schema, between ``3.0`` and ``3.13``; a file without one has the last.
        services: sorted by key.
    """

    __pydantic_config__: ClassVar[Any] = ONLY_KNOWN_KEYS
    version: str
    services: Mapping[str, Service] = field(default_factory=dict)
    networks: Mapping[str, Network] = field(default_factory=dict)
    volumes: Mapping[str, Volume] = field(default_factory=dict)
    secrets: Mapping[str, SecretObject] = field(default_factory=dict)
    configs: Mapping[str, ConfigObject] = field(default_factory=dict)
