"""Servers that do not answer, or cannot be: bounded in time, told with the address, and nothing is begun there."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from coopnb.practice import home
from coopnb.server import plant_samples
from coopnb.workspace import Workspace
from tests.runbook.headless import Ran, coopnb
from tests.runbook.places import assert_nothing_done, assert_told

pytestmark = pytest.mark.timeout(300)


@contextmanager
def listening(path: Path) -> Iterator[socket.socket]:
    """A unix socket that lets everybody in and never says a word."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.bind(str(path))
        server.listen(8)
        yield server


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace without any swarm."""
    return tmp_path_factory.mktemp("workspace")


@pytest.fixture(scope="module")
def runs(workspace: Path) -> dict[str, tuple[Ran, float]]:
    """One run for each server that does not answer, and the seconds it took."""
    servers = {
        "nobody": f"unix://{workspace}/nobody.sock",
        "mute": f"unix://{workspace}/mute.sock",
        "nowhere": "nowhere",
    }

    def run(name: str) -> tuple[Ran, float]:
        began = time.monotonic()
        domain = f"{name}.example.org"
        ran = coopnb(workspace, "run", "deploy-app", server=servers[name], recipe="hello", domain=domain)
        return ran, time.monotonic() - began

    plant_samples(Workspace(workspace))
    with listening(workspace / "mute.sock"), ThreadPoolExecutor(len(servers)) as pool:
        return dict(zip(servers, pool.map(run, servers), strict=True))


def test_a_server_that_is_not_there_is_told(runs: dict[str, tuple[Ran, float]], workspace: Path) -> None:
    """A socket that nobody serves must end with status 4, and say its address."""
    ran, _ = runs["nobody"]

    assert_told(
        ran,
        4,
        "ConnectFailed",
        "the server cannot be reached: No such file or directory",
        f"server unix://{workspace}/nobody.sock",
        "Is the address right, and does Docker run there?",
    )
    assert_nothing_done(ran)


def test_a_server_that_never_answers_is_given_up(runs: dict[str, tuple[Ran, float]], workspace: Path) -> None:
    """A socket that is open and mute must be given up within seconds, with status 4."""
    ran, took = runs["mute"]

    assert_told(ran, 4, "TimedOut", "the server did not answer GET /version in time", f"unix://{workspace}/mute.sock")
    assert_nothing_done(ran)
    # Ten seconds are the engine's; the rest is a kernel's start and end on a busy machine.
    assert took < 60


def test_a_server_that_cannot_be_is_refused(runs: dict[str, tuple[Ran, float]], workspace: Path) -> None:
    """A name that leads to no server must be wrong input, and leave no settings behind."""
    ran, _ = runs["nowhere"]

    assert_told(
        ran,
        2,
        "InputError",
        "coopnb knows no way to a server called 'nowhere'; nothing was done",
        "the parameter server",
        "unix:///path/to/docker.sock",
    )
    assert_nothing_done(ran)
    assert not (workspace / "servers" / "nowhere").exists()


def test_a_practice_swarm_that_cannot_start_is_told(tmp_path: Path) -> None:
    """A practice swarm that does not come up must end with status 4 and its log's last words."""
    workspace = Workspace(tmp_path)
    lock = home.hold(workspace.make(workspace.practice) / home.LOCK)
    assert lock is not None

    try:
        ran = coopnb(tmp_path, "run", "deploy-app", server="practice", recipe="hello", domain="hello.example.org")
    finally:
        os.close(lock)

    assert_told(
        ran,
        4,
        "ConnectFailed",
        "the practice swarm cannot be started",
        "another practice swarm serves here",
        str(workspace.practice),
    )
    assert_nothing_done(ran)
