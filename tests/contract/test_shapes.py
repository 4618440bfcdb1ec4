"""Every answer has the keys of dockerd's, each with its type."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.contract import rich
from tests.contract.shapes import Shape, shape
from tests.contract.swarm import Swarm
from tests.tables import table

HERE = Path(__file__).parent / "cases"
RECORDED = table(HERE / "shapes.yaml")
DECLARED = table(HERE / "shapes-declared.yaml")
"""What the practice swarm's answers have otherwise; docs/practice-differences.md says why."""

BY_CHANCE = {"bridge network": "Containers.", "container": "ExecIDs"}
"""What an engine has only while something else is done on it: other tests' containers, a health probe."""

TARGETS = {
    "service": "/services/rich",
    "service with defaults": "/services/rich?insertDefaults=true",
    "services with status": '/services?status=true&filters={"name":["rich"]}',
    "task": "/tasks/<task>",
    "stopped task": "/tasks/<old_task>",
    "nodes": "/nodes",
    "swarm": "/swarm",
    "info": "/info",
    "version": "/version",
    "overlay network": "/networks/<network>",
    "overlay network verbose": "/networks/<network>?verbose=true",
    "bridge network": "/networks/bridge",
    "ingress network": "/networks/ingress",
    "networks": "/networks",
    "secret": "/secrets/rich-secret",
    "config": "/configs/rich-config",
    "volumes": '/volumes?filters={"name":["rich-volume"]}',
    "volume": "/volumes/rich-volume",
    "images": '/images/json?filters={"reference":["t/well:1"]}',
    "image": "/images/t/well:1/json",
    "containers": '/containers/json?filters={"id":["<container>"]}',
    "containers with size": '/containers/json?size=1&filters={"id":["<container>"]}',
    "container": "/containers/<container>/json",
    "disk use": "/system/df",
}


@pytest.fixture(scope="module")
def made(swarm: Swarm) -> Iterator[rich.Rich]:
    """The rich service, updated once."""
    yield rich.make(swarm)
    rich.unmake(swarm)


@pytest.mark.parametrize("name", RECORDED)
def test_an_answer_has_the_shape_of_dockerds(swarm: Swarm, made: rich.Rich, name: str) -> None:
    """The set of key paths and types must be the recorded one, but for what is declared."""
    expected = dict(RECORDED[name]["newer"])
    if swarm.older:
        apply(expected, RECORDED[name]["older"])
    if not swarm.real:
        apply(expected, DECLARED.get(name, {}))

    differing = differences(shape(answer(swarm, made, name)), expected)
    chance = BY_CHANCE.get(name)
    assert {key for key in differing if chance is None or not key.startswith(chance)} == set(), differing


def answer(swarm: Swarm, made: rich.Rich, name: str) -> Any:
    """The answer of that name."""
    if name.startswith("exec"):
        command = {"Cmd": ["echo", "hi"], "AttachStdout": True}
        created = swarm.api.post(f"/containers/{made.container}/exec", command)
        if name == "exec":
            return created
        swarm.api.call("POST", f"/exec/{created['Id']}/start", {"Detach": False, "Tty": False})
        return swarm.api.get(f"/exec/{created['Id']}/json")
    target = TARGETS[name]
    for word in ("task", "old_task", "network", "container"):
        target = target.replace(f"<{word}>", getattr(made, word))
    found = swarm.api.get(target)
    if name == "disk use":
        del found["Containers"]  # those of other tests, too; a container's shape is asked for by itself
    return found


def apply(expected: Shape, changes: dict[str, str | None]) -> None:
    """Change what is expected; None takes a path away."""
    for path, kind in changes.items():
        if kind is None:
            expected.pop(path, None)
        else:
            expected[path] = kind


def differences(found: Shape, expected: Shape) -> dict[str, tuple[str | None, str | None]]:
    """Each path that differs, with what was found and what was expected."""
    paths = sorted(found.keys() | expected.keys())
    return {path: (found.get(path), expected.get(path)) for path in paths if found.get(path) != expected.get(path)}
