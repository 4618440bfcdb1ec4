"""``co.practice_swarm``: a swarm for the length of a block, and the hands behind it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import coopnb as co
from coopnb.errors import ConnectFailed, InputError
from coopnb.server import Server


def ended(pid: int, seconds: float = 10) -> bool:
    """Whether a process is gone, or goes soon."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def test_a_swarm_is_lent_and_given_back() -> None:
    """In the block a Server of a practice swarm must be there; after it neither process nor folder."""
    with co.practice_swarm(nodes=2, seed=3) as server:
        assert isinstance(server, Server)
        assert server.identity.practice
        status = server.practice.status()
        assert [node.hostname for node in status.nodes] == ["node1", "node2"]
        assert (status.clock, status.seed) == ("auto", 3)
        folder = server.workspace.root.parent
        assert (server.workspace.recipes / "hello").is_dir()

    assert ended(status.pid)
    assert not folder.exists()


def test_nothing_stays_after_an_exception() -> None:
    """An exception in the block must come through, and the process must be ended all the same."""
    with pytest.raises(ZeroDivisionError), co.practice_swarm() as server:
        pid = server.practice.status().pid
        folder = server.workspace.root.parent
        _ = 1 / 0

    assert ended(pid)
    assert not folder.exists()


def test_the_swarm_ends_with_a_borrower_that_was_killed() -> None:
    """When the borrowing process is killed, its practice swarm must end by itself."""
    program = """
import coopnb as co, sys, time
with co.practice_swarm() as server:
    print(server.practice.status().pid, server.workspace.root.parent, flush=True)
    time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as borrower:
        assert borrower.stdout is not None
        pid, folder = borrower.stdout.readline().split()
        borrower.send_signal(signal.SIGKILL)

    try:
        assert ended(int(pid))
    finally:
        subprocess.run(["rm", "-r", folder], check=True)


def test_two_swarms_have_nothing_in_common() -> None:
    """Each block must have a swarm of its own, also when one is inside another."""
    with co.practice_swarm(seed=1) as one, co.practice_swarm(seed=1) as other:
        assert one.practice.status().pid != other.practice.status().pid
        one.practice.advance(60)
        assert other.practice.status().uptime == 0


def test_the_clock_is_in_the_callers_hands() -> None:
    """With a stepped clock time must move by what is asked, and only then."""
    with co.practice_swarm(clock="stepped") as server:
        assert server.practice.advance(90) == "It is 2026-01-01 00:01:30 UTC in the practice swarm."
        with pytest.raises(InputError, match="time cannot be advanced by -1 seconds"):
            server.practice.advance(-1)
        assert server.practice.status().uptime == 90


def test_a_world_that_cannot_be_used_is_wrong_input(tmp_path: Path) -> None:
    """A world with a mistake, or one that is not there, must be an InputError that names it."""
    world = tmp_path / "world.yaml"
    world.write_text("shoes: 1", encoding="utf-8")
    with pytest.raises(InputError, match="shoes"), co.practice_swarm(world=world):
        pass
    with (
        pytest.raises(InputError, match=r"nowhere: no such file, .*there are default"),
        co.practice_swarm(world="nowhere"),
    ):
        pass


def test_a_swarm_that_is_gone_does_not_answer() -> None:
    """After the block its controls must say that nobody answers."""
    with co.practice_swarm() as server:
        controls = server.practice

    with pytest.raises(ConnectFailed, match="does not answer"):
        controls.status()


def test_a_workspaces_swarm_has_the_same_hands(tmp_path: Path) -> None:
    """The server that connect("practice") returns must have the controls of the workspace's swarm."""
    from tests.runbook.places import practice_place

    with practice_place(tmp_path):
        server = co.connect("practice", workspace=tmp_path)
        try:
            assert server.practice.status().places.socket == str(tmp_path / "coopnb" / "practice" / "engine.sock")
        finally:
            server.close()


def test_a_real_server_has_none(tmp_path: Path) -> None:
    """On a server that was reached by its URL nothing can be broken on purpose."""
    with co.practice_swarm() as lent:
        server = co.connect(lent.identity.endpoint, workspace=tmp_path)
        try:
            with pytest.raises(InputError, match="is not a practice swarm; nothing was done"):
                _ = server.practice
        finally:
            server.close()
