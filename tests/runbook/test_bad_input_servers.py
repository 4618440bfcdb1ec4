"""Servers that do not answer, or cannot be: bounded in time, told with the address, and nothing is begun there."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from coopnb.practice import process
from coopnb.workspace import Workspace
from tests.runbook.headless import coopnb
from tests.runbook.places import assert_nothing_done, assert_told

pytestmark = pytest.mark.timeout(300)


@contextmanager
def listening(path: Path) -> Iterator[socket.socket]:
    """A unix socket that lets everybody in and never says a word."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.bind(str(path))
        server.listen(8)
        yield server


def test_a_server_that_is_not_there_is_told(tmp_path: Path) -> None:
    """A socket that nobody serves must end with status 4, and say its address."""
    path = tmp_path / "nobody.sock"
    parameters = {"server": f"unix://{path}", "recipe": "hello", "domain": "hello.example.org"}

    ran = coopnb(tmp_path, "run", "deploy-app", **parameters)

    assert_told(
        ran,
        4,
        "ConnectFailed",
        "the server cannot be reached: No such file or directory",
        f"server unix://{path}",
        "Is the address right, and does Docker run there?",
    )
    assert_nothing_done(ran)


def test_a_server_that_never_answers_is_given_up(tmp_path: Path) -> None:
    """A socket that is open and mute must be given up within seconds, with status 4."""
    path = tmp_path / "mute.sock"
    parameters = {"server": f"unix://{path}", "recipe": "hello", "domain": "hello.example.org"}

    with listening(path):
        began = time.monotonic()
        ran = coopnb(tmp_path, "run", "deploy-app", **parameters)

    assert_told(ran, 4, "TimedOut", "the server did not answer GET /version in time", f"server unix://{path}")
    assert_nothing_done(ran)
    # Ten seconds are the engine's; the rest is a kernel's start and end on a busy machine.
    assert time.monotonic() - began < 60


@pytest.mark.parametrize("server", ["nowhere", "ssh://root@node1"])
def test_a_server_that_cannot_be_is_refused_before_anything_is_made(tmp_path: Path, server: str) -> None:
    """A name that leads to no server must be wrong input, and leave no settings behind."""
    ran = coopnb(tmp_path, "run", "deploy-app", server=server, recipe="hello", domain="hello.example.org")

    assert_told(
        ran,
        2,
        "InputError",
        f"coopnb knows no way to a server called '{server}'; nothing was done",
        "the parameter server",
        "unix:///path/to/docker.sock",
    )
    assert_nothing_done(ran)
    assert not (tmp_path / "servers").exists()


def test_a_practice_swarm_that_cannot_start_is_told(tmp_path: Path) -> None:
    """A practice swarm that does not come up must end with status 4 and its log's last words."""
    workspace = Workspace(tmp_path)
    lock = process.hold(workspace.make(workspace.practice) / process.LOCK)
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
