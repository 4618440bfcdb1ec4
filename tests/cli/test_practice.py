"""`coopnb practice`: a swarm that the docker CLI can use, started and stopped by hand."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from coopnb.practice import process
from coopnb.workspace import Workspace
from tests.runbook.headless import coopnb
from tests.testbed.cli import docker_cli
from tests.testbed.requirements import require_oracle


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Path]:
    """A workspace whose practice swarm ends with the test."""
    yield tmp_path
    process.stop(Workspace(tmp_path).practice)


def test_up_status_and_down_with_a_socket_of_ones_own(workspace: Path, tmp_path: Path) -> None:
    """A practice swarm must be startable on a chosen socket, be told by status, and be gone after down."""
    socket = tmp_path / "practice.sock"

    before = coopnb(workspace, "practice", "status")
    assert (before.status, before.out) == (1, "No practice swarm is running. Start one: coopnb practice up\n")

    up = coopnb(workspace, "practice", "up", "--clock", "auto", "--socket", str(socket))
    assert up.status == 0, up.err
    assert f"docker -H unix://{socket} node ls" in up.out
    assert socket.is_socket()
    assert (workspace / "recipes" / "hello").is_dir()

    status = coopnb(workspace, "practice", "status")
    assert (status.status, status.out) == (0, up.out)
    elsewhere = coopnb(workspace, "practice", "up", "--socket", str(tmp_path / "other.sock"))
    assert (elsewhere.status, elsewhere.out) == (0, up.out)

    down = coopnb(workspace, "practice", "down")
    assert (down.status, down.out) == (0, "The practice swarm is stopped.\n")
    assert not socket.exists()
    again = coopnb(workspace, "practice", "down")
    assert (again.status, again.out) == (0, "No practice swarm was running.\n")


@pytest.mark.real
def test_the_docker_cli_uses_it(workspace: Path, tmp_path: Path) -> None:
    """The command that `practice up` prints must work, and show what a runbook deployed."""
    require_oracle("asking the practice swarm")
    up = coopnb(workspace, "practice", "up", "--clock", "auto", "--socket", str(tmp_path / "practice.sock"))
    command = up.out.splitlines()[1].split()
    assert command[0] == "docker"

    listed = subprocess.run(
        [docker_cli(), *command[1:]],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env={"HOME": str(tmp_path)},
    )

    assert [line.split()[1] for line in listed.stdout.splitlines()[1:]] == ["*", "node2", "node3"]


def test_a_world_that_cannot_be_used_is_wrong_input(workspace: Path, tmp_path: Path) -> None:
    """A world file with a mistake must be refused with its key, and nothing started."""
    world = tmp_path / "world.yaml"
    world.write_text("nodes: [{hostname: node1, role: boss}]\n")

    ran = coopnb(workspace, "practice", "up", "--world", str(world))

    assert ran.status == 2
    assert ran.err.startswith("InputError: the practice swarm cannot have this world\n")
    assert f"{world}: nodes.0.role" in ran.err
    assert "manager or worker" in ran.err
    assert "Traceback" not in ran.err
    assert coopnb(workspace, "practice", "status").status == 1


def test_a_socket_that_cannot_be_made_is_told(workspace: Path, tmp_path: Path) -> None:
    """A socket in a folder that is not there must end with status 4, the reason and the log."""
    socket = tmp_path / "nowhere" / "practice.sock"

    ran = coopnb(workspace, "practice", "up", "--socket", str(socket))

    assert ran.status == 4
    assert ran.err.startswith("ConnectFailed: the practice swarm cannot be started\n")
    assert f"{socket}: cannot listen" in ran.err
    assert "Traceback" not in ran.err
