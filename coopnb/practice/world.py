"""The world of a practice swarm: its nodes, its networks, and what each image does when it runs."""

from __future__ import annotations

import fnmatch
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import yaml

from coopnb.practice.clock import SECOND

Behaviour = Literal["healthy", "never-healthy", "crash", "missing"]
_BEHAVIOURS = ("healthy", "never-healthy", "crash", "missing")
_UNITS = {"": 1, "B": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}

DEFAULT_WORLD = Path(__file__).with_name("default_world.yaml")


class WorldError(ValueError):
    """A world file that cannot be used; the message names the file and the key."""


@dataclass(frozen=True, slots=True)
class NodeSeed:
    """A node to begin with; memory in bytes, CPUs in billionths."""

    hostname: str
    role: str = "worker"
    labels: dict[str, str] = field(default_factory=dict)
    nano_cpus: int = 4 * SECOND
    memory: int = 8 * 2**30
    availability: str = "active"


@dataclass(frozen=True, slots=True)
class NetworkSeed:
    """An overlay network to begin with."""

    name: str
    attachable: bool = False
    internal: bool = False
    labels: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ImageSeed:
    """What an image does; times in nanoseconds, counted from the start of its container."""

    match: str = "*"
    behaviour: Behaviour = "healthy"
    healthy_after: int = 2 * SECOND
    crash_after: int = SECOND
    exit_code: int = 1
    pull: int = SECOND // 2
    stop_after: int = SECOND // 5
    stop_code: int = 0
    logs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class World:
    """Everything that is so before the first call."""

    seed: int = 1
    nodes: tuple[NodeSeed, ...] = ()
    networks: tuple[NetworkSeed, ...] = ()
    images: tuple[ImageSeed, ...] = ()
    unknown_missing: bool = False

    def image(self, reference: str) -> ImageSeed:
        """The behaviour of an image: of the first pattern that matches, or of any well-behaved image."""
        name = familiar(reference)
        for image in self.images:
            if fnmatch.fnmatchcase(name, image.match):
                return image
        return ImageSeed(behaviour="missing" if self.unknown_missing else "healthy")


def familiar(reference: str) -> str:
    """A reference without its digest and Docker Hub's prefixes, with its tag (``latest`` when it has none)."""
    name = reference.partition("@")[0]
    for prefix in ("docker.io/", "index.docker.io/", "library/"):
        name = name.removeprefix(prefix)
    return name if ":" in name.rpartition("/")[2] else f"{name}:latest"


def load_world(path: Path | None = None) -> World:
    """Read a world file (None: the default world).

    Raises:
        WorldError: it cannot be read, is not YAML, or a key or value of it is wrong.
    """
    path = path or DEFAULT_WORLD
    try:
        loaded = yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise WorldError(f"{path}: cannot be read as a world: {error}") from error
    return _Reader(str(path)).world(loaded)


class _Reader:
    """Reads one file, and names file and key in every complaint."""

    def __init__(self, where: str) -> None:
        self.where = where

    def world(self, value: Any) -> World:
        table = self.table(value, "", {"seed", "nodes", "networks", "images", "unknown_images"})
        unknown = table.get("unknown_images", "run")
        if unknown not in ("run", "missing"):
            raise self.wrong("unknown_images", "run or missing")
        nodes = tuple(self.node(item, f"nodes.{at}") for at, item in enumerate(self.items(table, "nodes")))
        if not any(node.role == "manager" for node in nodes):
            raise self.wrong("nodes", "at least one node with role: manager")
        if len({node.hostname for node in nodes}) != len(nodes):
            raise self.wrong("nodes", "hostnames that differ")
        return World(
            seed=self.integer(table, "seed", "seed", 1),
            nodes=nodes,
            networks=tuple(
                self.network(item, f"networks.{at}") for at, item in enumerate(self.items(table, "networks"))
            ),
            images=tuple(self.image(item, f"images.{at}") for at, item in enumerate(self.items(table, "images"))),
            unknown_missing=unknown == "missing",
        )

    def node(self, value: Any, key: str) -> NodeSeed:
        table = self.table(value, key, {"hostname", "role", "labels", "cpus", "memory", "availability"})
        role = table.get("role", "worker")
        availability = table.get("availability", "active")
        if role not in ("manager", "worker"):
            raise self.wrong(f"{key}.role", "manager or worker")
        if availability not in ("active", "pause", "drain"):
            raise self.wrong(f"{key}.availability", "active, pause or drain")
        return NodeSeed(
            hostname=self.text(table, "hostname", key),
            role=role,
            labels=self.labels(table, key),
            nano_cpus=self.duration(table, "cpus", key, 4.0),
            memory=self.size(table.get("memory", "8GiB"), f"{key}.memory"),
            availability=availability,
        )

    def network(self, value: Any, key: str) -> NetworkSeed:
        table = self.table(value, key, {"name", "attachable", "internal", "labels"})
        return NetworkSeed(
            name=self.text(table, "name", key),
            attachable=table.get("attachable") is True,
            internal=table.get("internal") is True,
            labels=self.labels(table, key),
        )

    def image(self, value: Any, key: str) -> ImageSeed:
        known = {
            "match",
            "behaviour",
            "healthy_after",
            "crash_after",
            "exit_code",
            "pull",
            "stop_after",
            "stop_code",
            "logs",
        }
        table = self.table(value, key, known)
        behaviour = table.get("behaviour", "healthy")
        if behaviour not in _BEHAVIOURS:
            raise self.wrong(f"{key}.behaviour", "one of " + ", ".join(_BEHAVIOURS))
        logs = self.items(table, "logs")
        if not all(isinstance(line, str) for line in logs):
            raise self.wrong(f"{key}.logs", "a list of strings")
        return ImageSeed(
            match=self.text(table, "match", key),
            behaviour=behaviour,
            healthy_after=self.duration(table, "healthy_after", key, 2.0),
            crash_after=self.duration(table, "crash_after", key, 1.0),
            exit_code=self.integer(table, "exit_code", key, 1),
            pull=self.duration(table, "pull", key, 0.5),
            stop_after=self.duration(table, "stop_after", key, 0.2),
            stop_code=self.integer(table, "stop_code", key, 0),
            logs=tuple(logs),
        )

    def wrong(self, key: str, expected: str) -> WorldError:
        return WorldError(f"{self.where}: {key}: expected {expected}")

    def table(self, value: Any, key: str, known: set[str]) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise self.wrong(key or "(the file)", "a mapping")
        for name in value:
            if name not in known:
                raise WorldError(
                    f"{self.where}: {key + '.' if key else ''}{name}: unknown key; known are {', '.join(sorted(known))}"
                )
        return value

    def items(self, table: dict[str, Any], name: str) -> list[Any]:
        value = table.get(name) or []
        if not isinstance(value, list):
            raise self.wrong(name, "a list")
        return value

    def text(self, table: dict[str, Any], name: str, key: str) -> str:
        value = table.get(name)
        if not isinstance(value, str) or not value:
            raise self.wrong(f"{key}.{name}", "a string")
        return value

    def integer(self, table: dict[str, Any], name: str, key: str, default: int) -> int:
        value = table.get(name, default)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.wrong(f"{key}.{name}", "an integer")
        return value

    def duration(self, table: dict[str, Any], name: str, key: str, default: float) -> int:
        value = table.get(name, default)
        if not isinstance(value, (int, float)) or isinstance(value, bool) or not 0 <= value < 10**6:
            raise self.wrong(f"{key}.{name}", "a number that is not negative")
        return round(value * SECOND)

    def labels(self, table: dict[str, Any], key: str) -> dict[str, str]:
        value = table.get("labels") or {}
        if not isinstance(value, dict) or not all(isinstance(part, str) for item in value.items() for part in item):
            raise self.wrong(f"{key}.labels", "a mapping of strings")
        return dict(value)

    def size(self, value: Any, key: str) -> int:
        found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(B|KiB|MiB|GiB|TiB)?", str(value))
        if found is None:
            raise self.wrong(key, "a size such as 8GiB")
        return round(float(found[1]) * _UNITS[found[2] or ""])
