"""What a world consists of, as values: nodes, networks, images and scheduled faults."""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from coopnb.practice.clock import SECOND

COMMON_PATHS = (
    *("/", "/bin", "/boot", "/dev", "/etc", "/etc/group", "/etc/hosts", "/etc/localtime", "/etc/machine-id"),
    *("/etc/os-release", "/etc/passwd", "/etc/resolv.conf", "/etc/ssl/certs", "/etc/timezone", "/home", "/lib"),
    *("/lib/modules", "/media", "/mnt", "/opt", "/proc", "/root", "/run", "/run/docker.sock", "/sbin", "/srv", "/sys"),
    *("/tmp", "/usr", "/usr/share/zoneinfo", "/var", "/var/lib", "/var/lib/docker", "/var/lib/docker/containers"),
    *("/var/lib/docker/volumes", "/var/log", "/var/run", "/var/run/docker.sock", "/var/tmp"),
)
"""Paths that every node has, as a Debian server with Docker does."""

_MOST_MET = 4096
"""References whose behaviour is kept at hand."""

BEHAVIOURS: Mapping[str, str] = {
    "healthy": "runs until it is stopped",
    "never-healthy": "runs, but every probe of its healthcheck fails",
    "crash": "ends with `exit_code`, `crash_after` seconds after its start",
    "crash-on-start": "ends with `exit_code` as soon as it has started",
    "out-of-memory": "is killed for want of memory (137), `crash_after` seconds after its start",
    "exit": "ends with 0, `crash_after` seconds after its start",
    "missing": "no registry has it: pulls fail",
}
"""What an image can do, and what that means."""


@dataclass(frozen=True, slots=True)
class NodeSeed:
    """A node to begin with; memory in bytes, CPUs in billionths; ``paths`` exist beside the common ones."""

    hostname: str
    role: str = "worker"
    labels: dict[str, str] = field(default_factory=dict)
    engine_labels: dict[str, str] = field(default_factory=dict)
    nano_cpus: int = 4 * SECOND
    memory: int = 8 * 2**30
    generic: dict[str, int] = field(default_factory=dict)
    availability: str = "active"
    architecture: str = "x86_64"
    os: str = "linux"
    paths: tuple[str, ...] = ()

    def has_path(self, path: str) -> bool:
        """Whether a path exists there: a common one, one of its own (patterns allowed), or a parent of one."""
        wanted = path.rstrip("/") or "/"
        own = [known.rstrip("/") for known in self.paths]
        return wanted in COMMON_PATHS or any(
            fnmatch.fnmatchcase(wanted, known) or known.startswith(wanted + "/") for known in own
        )


@dataclass(frozen=True, slots=True)
class NetworkSeed:
    """An overlay network to begin with."""

    name: str
    attachable: bool = False
    internal: bool = False
    labels: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LogSeed:
    """A line that a container prints ``at`` nanoseconds after its start, and again ``every`` so many (0: once)."""

    text: str
    at: int = 0
    every: int = 0
    stderr: bool = False


@dataclass(frozen=True, slots=True)
class ExecSeed:
    """What a command that begins with ``command`` answers when it is run in a container."""

    command: str
    output: str = ""
    error: str = ""
    exit: int = 0


@dataclass(frozen=True, slots=True)
class ServeSeed:
    """What a container answers over HTTP on a port, once it is healthy."""

    port: int
    path: str = "/"
    status: int = 200
    body: str = ""


@dataclass(frozen=True, slots=True)
class ImageSeed:
    """What an image does; times in nanoseconds, counted from the start of its container.

    ``healthcheck`` is the image's own, in Engine JSON; ``commands`` are the programs it has (None: any);
    ``memory`` is what it needs, in bytes, so that a lower limit kills it (0: next to nothing); ``stops`` says that
    it hears SIGTERM even when its probes fail.
    """

    match: str = "*"
    behaviour: str = "healthy"
    starts_in: int = SECOND // 5
    healthy_after: int = 2 * SECOND
    crash_after: int = SECOND
    exit_code: int = 1
    pull: int = SECOND // 2
    stop_after: int = SECOND // 5
    stop_code: int = 0
    stops: bool = False
    memory: int = 0
    logs: tuple[LogSeed, ...] = ()
    exec: tuple[ExecSeed, ...] = ()
    serves: tuple[ServeSeed, ...] = ()
    healthcheck: dict[str, Any] | None = None
    healthy_output: str = ""
    failing_output: str = ""
    failing_exit: int = 1
    commands: tuple[str, ...] | None = None

    @property
    def missing(self) -> bool:
        """Whether no registry has it."""
        return self.behaviour == "missing"

    @property
    def sick(self) -> bool:
        """Whether no probe of it ever passes."""
        return self.behaviour == "never-healthy"


@dataclass(frozen=True, slots=True)
class FaultSeed:
    """A fault that happens ``at`` nanoseconds after the swarm began."""

    at: int
    fault: str
    target: str = ""
    settings: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class World:
    """Everything that is so before the first call; ``text`` is the file it was read from."""

    seed: int = 1
    nodes: tuple[NodeSeed, ...] = ()
    networks: tuple[NetworkSeed, ...] = ()
    images: tuple[ImageSeed, ...] = ()
    unknown_missing: bool = False
    minimum_api: tuple[int, int] | None = None
    faults: tuple[FaultSeed, ...] = ()
    text: str = ""
    _met: dict[str, ImageSeed] = field(default_factory=dict, init=False, repr=False, compare=False)

    def image(self, reference: str) -> ImageSeed:
        """The behaviour of an image: of the first pattern that matches, or of any well-behaved image."""
        found = self._met.get(reference)
        if found is None:
            if len(self._met) >= _MOST_MET:
                self._met.clear()
            found = self._met[reference] = self._look_up(familiar(reference))
        return found

    def _look_up(self, name: str) -> ImageSeed:
        for image in self.images:
            if fnmatch.fnmatchcase(name, image.match):
                return image
        return ImageSeed(behaviour="missing" if self.unknown_missing else "healthy")

    def node(self, hostname: str) -> NodeSeed:
        """The node of a name; one that the world does not name is like any other."""
        return next((node for node in self.nodes if node.hostname == hostname), NodeSeed(hostname))

    def with_nodes(self, count: int) -> World:
        """The same world with ``count`` nodes: node1, the manager, to nodeN."""
        return replace(self, nodes=nodes_in_number(count))


def nodes_in_number(count: int) -> tuple[NodeSeed, ...]:
    """A manager, node1, and workers, node2 and so on."""
    return tuple(NodeSeed(f"node{at}", "manager" if at == 1 else "worker") for at in range(1, count + 1))


def familiar(reference: str) -> str:
    """A reference without its digest and Docker Hub's prefixes, with its tag (``latest`` when it has none)."""
    name = reference.partition("@")[0]
    for prefix in ("docker.io/", "index.docker.io/", "library/"):
        name = name.removeprefix(prefix)
    return name if ":" in name.rpartition("/")[2] else f"{name}:latest"
