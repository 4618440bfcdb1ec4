"""All servers looked at closely, at once."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from coopnb import engine
from coopnb.observe.fleet import swarm_health
from coopnb.practice import process
from coopnb.server import practice_home
from coopnb.server.fleet import look_at_all
from coopnb.workspace import Workspace

SPEC = {"TaskTemplate": {"ContainerSpec": {"Image": "nginx:1.26.3"}}, "Mode": {"Replicated": {"Replicas": 1}}}


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Workspace]:
    """A workspace with two practice swarms; on the second a service crashes again and again."""
    workspace = Workspace(tmp_path / "workspace")
    homes = [practice_home(workspace, name=name) for name in ("practice", "practice-north")]
    try:
        for home in homes:
            process.start(workspace.make(home), clock="auto")
        yield workspace
    finally:
        for home in homes:
            process.stop(home)


def test_the_calls_do_not_grow_with_the_services(two: Workspace) -> None:
    """A look at a whole swarm must take three calls, with no service as with twelve in two stacks."""
    door = engine.connect(f"unix://{process.start(practice_home(two)).socket}")
    counts = []
    for number in (0, 12):
        for at in range(number):
            labels = {"com.docker.stack.namespace": f"stack{at % 2}"}
            door.create("service", {"Name": f"stack{at % 2}_s{at}", "Labels": labels, **SPEC})
        before = door.requests
        health = swarm_health(door)
        counts.append(door.requests - before)
        assert len(health.services) == number
    door.close()

    assert counts == [3, 3]
    assert {service.stack for service in health.services} == {"stack0", "stack1"}


def test_the_one_that_is_silent_delays_no_other(two: Workspace, tmp_path: Path) -> None:
    """A server that never answers must be told as such within the bound, and the others with all they have."""
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(tmp_path / "mute.sock"))
        silent.listen()
        began = time.monotonic()
        seen = look_at_all(
            two,
            ["practice", f"unix://{tmp_path}/mute.sock", "practice-north", f"unix://{tmp_path}/nobody.sock"],
            timeout=2,
        )
        took = time.monotonic() - began

    assert [server.row.usable for server in seen] == [True, False, True, False]
    assert [server.swarm is not None for server in seen] == [True, False, True, False]
    assert took < 6
    assert "no answer within 2 s" in seen[1].row.error or "did not answer" in seen[1].row.error, seen[1].row.error


def test_a_swarm_that_is_not_running_is_left_alone(tmp_path: Path) -> None:
    """Looking must not start a practice swarm."""
    workspace = Workspace(tmp_path / "workspace")
    (health,) = look_at_all(workspace, ["practice"])

    assert health.swarm is None and not health.row.error
    assert not workspace.practice.exists() or process.running(workspace.practice) is None
