"""A process keeps its state in a file, and begins with it again."""

from __future__ import annotations

import os
import signal
import stat
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from coopnb.practice import process
from coopnb.practice.process import PracticeProcess, PracticeRefused
from coopnb.practice.remote import Remote
from tests.practice.wire import ask, read

Start = Callable[..., PracticeProcess]
SERVICE = b'{"Name":"web","TaskTemplate":{"ContainerSpec":{"Image":"nginx:1"}}}'


def test_a_swarm_goes_on_where_it_was_stopped(start: Start, home: Path, tmp_path: Path) -> None:
    """Stopped and started with its state file, a swarm must have the same objects, time and faults, and go on."""
    state = tmp_path / "lesson.state"
    first = start(clock="stepped", state=state)
    ask(first.socket, "POST", "/services/create", SERVICE)
    remote = Remote(first.control)
    remote.advance(10)
    remote.fault("node-down", "node3")
    before, tasks = remote.status(), read(first.socket, "/tasks")
    process.stop(home)
    assert stat.S_IMODE(state.stat().st_mode) == 0o600

    second = start(clock="", state=state)
    after = Remote(second.control).status()
    assert (after.now, after.clock, after.services, after.nodes) == (
        before.now,
        "stepped",
        before.services,
        before.nodes,
    )
    assert after.faults == before.faults
    assert after.places.state == str(state)
    assert read(second.socket, "/tasks") == tasks
    Remote(second.control).advance(30)
    assert read(second.socket, "/nodes")[2]["Status"]["State"] == "down"


def test_a_killed_process_loses_no_more_than_its_last_second(start: Start, home: Path, tmp_path: Path) -> None:
    """What was told to a swarm must be in its file a second later, so that a kill does not lose it."""
    state = tmp_path / "lesson.state"
    first = start(state=state)
    ask(first.socket, "POST", "/services/create", SERVICE)
    deadline = time.monotonic() + 10
    while b"/services/create" not in state.read_bytes() and time.monotonic() < deadline:
        time.sleep(0.05)
    os.kill(first.pid, signal.SIGKILL)
    os.waitpid(first.pid, 0)

    second = start(state=state)
    assert [service["Spec"]["Name"] for service in read(second.socket, "/services")] == ["web"]


def test_a_file_that_is_no_state_is_refused_and_stays(start: Start, home: Path, tmp_path: Path) -> None:
    """A file that is something else must be refused by name, and not be touched."""
    path = tmp_path / "precious"
    path.write_text("mine\n", encoding="utf-8")

    with pytest.raises(PracticeRefused, match=r"precious:1: this is no state of a practice swarm"):
        start(state=path)
    assert path.read_text(encoding="utf-8") == "mine\n"
    assert process.running(home) is None


def test_a_state_has_its_own_world(start: Start, home: Path, tmp_path: Path) -> None:
    """A world, nodes or a seed beside a state that is there must be refused: the state has its own."""
    state = tmp_path / "lesson.state"
    start(state=state, nodes=2)
    process.stop(home)

    with pytest.raises(PracticeRefused, match="a state has its world, nodes and seed already"):
        start(state=state, nodes=3)
    assert len(read(start(state=state).socket, "/nodes")) == 2


def test_a_place_that_cannot_be_written_is_told_at_the_start(start: Start, home: Path, tmp_path: Path) -> None:
    """A state file that could never be written must make the start fail, not the end."""
    with pytest.raises(process.PracticeError, match="the state cannot be written: No such file or directory"):
        start(state=tmp_path / "nowhere" / "lesson.state")
    assert process.running(home) is None


def test_what_the_control_gives_is_a_state(start: Start, home: Path, tmp_path: Path) -> None:
    """What /state answers must open again as the same swarm."""
    first = start(clock="stepped")
    ask(first.socket, "POST", "/services/create", SERVICE)
    tasks = read(first.socket, "/tasks")
    path = tmp_path / "copy.state"
    path.write_text(Remote(first.control).state(), encoding="utf-8")
    process.stop(home)

    assert read(start(clock="", state=path).socket, "/tasks") == tasks
