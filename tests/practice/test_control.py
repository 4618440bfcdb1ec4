"""The control socket: status, time, and refusals that say what to do."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from coopnb.practice.process import PracticeProcess
from coopnb.practice.remote import Remote, RemoteError, RemoteGone
from coopnb.practice.status import NodeStatus, Status
from tests.practice.wire import ask, read, send_raw

Start = Callable[..., PracticeProcess]
SERVICE = b'{"Name":"web","TaskTemplate":{"ContainerSpec":{"Image":"nginx:1"}}}'


@pytest.fixture
def stepped(start: Start) -> PracticeProcess:
    """A practice process whose time stands still."""
    return start(clock="stepped", seed=7)


def test_status_tells_what_an_operator_asks_first(stepped: PracticeProcess) -> None:
    """Status must tell world, clock, time, nodes, services and places, and come whole through JSON."""
    assert ask(stepped.socket, "POST", "/services/create", SERVICE)[0] == 201
    status = Remote(stepped.control).status()

    assert (status.world, status.clock, status.seed, status.pid) == ("default", "stepped", 7, stepped.pid)
    assert (status.now, status.uptime) == ("2026-01-01T00:00:00Z", 0)
    assert status.nodes[1] == NodeStatus("node2", "worker", "ready", "active", True)
    assert [(service.name, service.running, service.wanted) for service in status.services] == [("web", 0, 1)]
    assert status.places.socket == str(stepped.socket)
    assert sorted(status.places.engines) == ["node2", "node3"]
    assert Status.from_json(json.loads(json.dumps(status.to_json()))) == status


def test_status_as_text_puts_what_is_wrong_first(stepped: PracticeProcess) -> None:
    """Printed, a status must say practice, then the faults, then nodes and services with their signs."""
    ask(stepped.socket, "POST", "/services/create", SERVICE)
    text = str(Remote(stepped.control).status())

    assert text.startswith(
        "Practice swarm: world default, 3 nodes, 1 service; stepped clock, 2026-01-01 00:00:00 UTC\n"
    )
    assert "\n  ● node1  manager  ready  active\n" in text
    assert "\n  … web  0/1\n" in text


def test_status_keeps_its_lines_short(start: Start) -> None:
    """With many nodes the line of their sockets must not name them all, and the nodes must each have a line."""
    lines = str(Remote(start(clock="stepped", nodes=30).control).status()).splitlines()

    assert sum(" worker " in line for line in lines) == 29
    assert any("engines of 29 other nodes" in line for line in lines)
    assert max(len(line) for line in lines if "/" not in line) < 120


def test_status_shows_nothing_that_a_terminal_would_obey(start: Start, tmp_path: Path) -> None:
    """A world's words must not reach a terminal with their control characters."""
    world = tmp_path / "\x1b[2Jworld.yaml"
    world.write_text("nodes: [{hostname: only, role: manager}]", encoding="utf-8")
    text = str(Remote(start(world=world).control).status())

    assert "\x1b" not in text
    assert "�[2Jworld" in text


def test_time_is_advanced_by_so_much(stepped: PracticeProcess) -> None:
    """An advance must move the engine's time by exactly that, and let happen what falls due."""
    ask(stepped.socket, "POST", "/services/create", SERVICE)
    remote = Remote(stepped.control)

    assert remote.advance(0.1) == "2026-01-01T00:00:00.1Z"
    assert read(stepped.socket, "/tasks")[0]["Status"]["State"] != "running"
    remote.advance(29.9)
    assert read(stepped.socket, "/info")["SystemTime"].startswith("2026-01-01T00:00:30")
    assert remote.status().services[0].running == 1


def test_a_real_clock_can_be_advanced_and_stays_ahead(start: Start) -> None:
    """On a real clock an advance must put the swarm ahead of the machine, and it must go on from there."""
    started = start(clock="real")
    remote = Remote(started.control)
    before = remote.status().uptime
    remote.advance(3600)

    first, second = remote.status().uptime, remote.status().uptime
    assert before + 3600 <= first < second < before + 3660


@pytest.mark.parametrize("seconds", [0, -1, True, "3", None, 1e12, float("nan"), float("inf"), [1]])
def test_time_is_advanced_by_nothing_else(stepped: PracticeProcess, seconds: Any) -> None:
    """What is not a number of seconds above 0 and at most a month must be refused, and move nothing."""
    remote = Remote(stepped.control)
    with pytest.raises(RemoteError, match=r"time cannot be advanced by .* Give a number above 0") as caught:
        remote.advance(seconds)

    assert not isinstance(caught.value, RemoteGone)
    assert remote.status().uptime == 0


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/advance", b"{", 400),
        ("POST", "/advance", b"[]", 400),
        ("POST", "/advance", b"\xff\xfe", 400),
        ("POST", "/advance", b"[" * 20000, 400),
        ("GET", "/advance", None, 404),
        ("POST", "/services/create", SERVICE, 404),
        ("GET", "/../status", None, 404),
        ("DELETE", "/status", None, 405),
    ],
)
def test_hostile_words_are_refused_in_words(
    stepped: PracticeProcess, method: str, path: str, body: bytes | None, status: int
) -> None:
    """Whatever is sent to the control must be answered with what is wrong, and leave it alive."""
    answered, _, said = ask(stepped.control, method, path, body)

    assert answered == status
    if status != 405:
        assert set(json.loads(said)) == {"what", "next"}
    assert Remote(stepped.control).status().pid == stepped.pid


def test_bodies_without_end_are_not_read(stepped: PracticeProcess) -> None:
    """A body that is larger than any call needs must not be taken."""
    said = send_raw(stepped.control, b"POST /advance HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n{")

    assert said in (b"", b"HTTP/1.1 400 Bad Request\r\n\r\n")
    assert Remote(stepped.control).status().pid == stepped.pid


def test_the_control_is_its_owners(stepped: PracticeProcess) -> None:
    """The control socket must have the mode 0600 and be no engine."""
    assert stat.S_IMODE(stepped.control.stat().st_mode) == 0o600
    assert ask(stepped.control, "GET", "/info")[0] == 404


def test_nobody_there_is_told_as_that(tmp_path: Path) -> None:
    """When no swarm answers, that must be told apart from a refusal."""
    with pytest.raises(RemoteGone, match=r"does not answer on .*control.sock.* coopnb practice up"):
        Remote(tmp_path / "control.sock").status()


def test_every_node_has_an_engine_of_its_own(start: Start) -> None:
    """Each other node's engine must answer on a socket of its own, which goes with the process."""
    started = start()
    engines = {name: Path(path) for name, path in Remote(started.control).status().places.engines.items()}

    assert list(engines) == ["node2", "node3"]
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in engines.values())
    assert read(engines["node2"], "/info")["Swarm"]["ControlAvailable"] is False
    assert read(started.socket, "/info")["Swarm"]["ControlAvailable"] is True
    assert ask(engines["node3"], "GET", "/services")[0] == 503
