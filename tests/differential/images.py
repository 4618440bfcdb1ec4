"""Images that do the same on both sides: a command of busybox for the real engine, a behaviour for the world."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from coopnb.practice.world import World, load_world
from tests.testbed.engine import RealEngine
from tests.testbed.images import BUSYBOX, archive

VERSIONS = ("1", "2", "3")


@dataclass(frozen=True, slots=True)
class Image:
    """One behaviour under a name, in several versions.

    Attributes:
        command: what the container's first process is.
        world: the same in the words of a world file.
        ends: whether its containers end by themselves, so that one that runs has not come to rest.
    """

    name: str
    command: tuple[str, ...]
    world: dict[str, Any] = field(default_factory=dict)
    ends: bool = False


def _shell(script: str) -> tuple[str, ...]:
    return ("/bin/sh", "-c", script)


_STOPS = "trap 'exit 0' TERM; {first}sleep 100000 & wait"
STUBBORN = {"stop_after": 1000}
"""A first process without a handler does not hear SIGTERM: it is killed when the grace period is over."""

IMAGES = (
    Image("stops", _shell(_STOPS.format(first="")), {"stop_after": 0.05}),
    Image("stubborn", ("/bin/sleep", "100000"), STUBBORN),
    Image("crashes-at-once", _shell("exit 3"), {"behaviour": "crash", "crash_after": 0.02, "exit_code": 3}, ends=True),
    Image(
        "crashes",
        _shell("sleep 0.5; exit 3"),
        {"behaviour": "crash", "crash_after": 0.5, "exit_code": 3, **STUBBORN},
        ends=True,
    ),
    Image(
        "crashes-late",
        _shell("sleep 4; exit 4"),
        {"behaviour": "crash", "crash_after": 4, "exit_code": 4, **STUBBORN},
        ends=True,
    ),
    Image("ends", _shell("exit 0"), {"behaviour": "crash", "crash_after": 0.02, "exit_code": 0}, ends=True),
    Image(
        "ends-late",
        _shell("sleep 4; exit 0"),
        {"behaviour": "crash", "crash_after": 4, "exit_code": 0, **STUBBORN},
        ends=True,
    ),
    Image("healthy", _shell(_STOPS.format(first="touch /healthy; ")), {"healthy_after": 0, "stop_after": 0.05}),
    Image("unhealthy-but-tidy", _shell(_STOPS.format(first="")), {"behaviour": "never-healthy", "stop_after": 0.05}),
    Image("unhealthy", ("/bin/sleep", "100000"), {"behaviour": "never-healthy", **STUBBORN}),
)
HEALTHY = "test -e /healthy"
"""The check that "healthy" passes and the others fail."""

ENDING = frozenset(image.name for image in IMAGES if image.ends)
NAMES = tuple(image.name for image in IMAGES)


def load(engine: RealEngine) -> None:
    """Bring all images into an engine, under all their versions."""
    tar = archive(BUSYBOX)
    for image in IMAGES:
        change = f"CMD {json.dumps(image.command)}"
        engine.docker("import", "--change", change, tar, f"{image.name}:{VERSIONS[0]}")
        for version in VERSIONS[1:]:
            engine.docker("tag", f"{image.name}:{VERSIONS[0]}", f"{image.name}:{version}")


def world(folder: Path, nodes: int) -> World:
    """A world with these images and none beside them, on nodes named node1, node2, ..."""
    roles = ["manager", *["worker"] * (nodes - 1)]
    described = {
        "unknown_images": "missing",
        "nodes": [
            {"hostname": f"node{at}", "role": role, "cpus": 2, "memory": "8GiB"} for at, role in enumerate(roles, 1)
        ],
        "images": [{"match": f"{image.name}:*", "pull": 0, **image.world} for image in IMAGES],
    }
    with tempfile.NamedTemporaryFile("w", suffix=".yaml", dir=folder) as file:
        yaml.safe_dump(described, file)
        file.flush()
        return load_world(Path(file.name))
