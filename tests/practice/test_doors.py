"""The ways in: closed while an engine is down, slow when its link is, and shut to readers who do not read."""

from __future__ import annotations

import json
import socket as sockets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from coopnb.practice import process
from coopnb.practice.process import PracticeProcess
from coopnb.practice.remote import Remote, RemoteError
from tests.practice.wire import ask, read

Start = Callable[..., PracticeProcess]


@contextmanager
def following(path: Path, target: str) -> Iterator[sockets.socket]:
    """A stream that has begun: its head has been read."""
    with sockets.socket(sockets.AF_UNIX, sockets.SOCK_STREAM) as client:
        client.settimeout(10)
        client.connect(str(path))
        client.sendall(f"GET {target} HTTP/1.1\r\nHost: docker\r\n\r\n".encode())
        assert client.recv(65536).startswith(b"HTTP/1.1 200 OK\r\n")
        yield client


def rest(client: sockets.socket) -> bytes:
    """What still comes until the other side hangs up."""
    said = b""
    try:
        while chunk := client.recv(65536):
            said += chunk
    except ConnectionResetError:
        pass
    return said


def is_refused(path: Path) -> bool:
    """Whether nobody listens on a socket that is there, as with an engine that died."""
    assert path.is_socket()
    with sockets.socket(sockets.AF_UNIX, sockets.SOCK_STREAM) as client:
        try:
            client.connect(str(path))
        except ConnectionRefusedError:
            return True
    return False


def test_a_lost_manager_refuses_connections_and_comes_back(start: Start, home: Path) -> None:
    """While the manager is down its socket must refuse, streams must be cut, and all be as before when it is back."""
    started = start(clock="stepped", tcp="127.0.0.1:0")
    remote = Remote(started.control)
    port = int(remote.status().places.tcp.rpartition(":")[2])
    nodes = read(started.socket, "/nodes")
    with following(started.socket, "/events") as stream:
        assert remote.fault("manager-down").startswith("node1, the manager, is lost")
        rest(stream)
    assert is_refused(started.socket)
    with pytest.raises(ConnectionRefusedError):
        sockets.create_connection(("127.0.0.1", port), timeout=5)
    assert process.running(home) == started
    status = remote.status()
    assert [node.engine_answers for node in status.nodes] == [False, True, True]
    assert status.faults[0].startswith("node1, the manager, is lost")

    remote.fault("manager-up")
    assert [node["ID"] for node in read(started.socket, "/nodes")] == [node["ID"] for node in nodes]
    assert started.socket.stat().st_mode & 0o777 == 0o600
    sockets.create_connection(("127.0.0.1", port), timeout=5).close()
    assert remote.status().faults == ()


def test_a_worker_that_is_down_takes_only_its_own_engine_away(start: Start) -> None:
    """When a worker is down, its socket must refuse, and the others must answer."""
    started = start(clock="stepped")
    remote = Remote(started.control)
    engines = remote.status().places.engines
    remote.fault("node-down", "node2")

    assert is_refused(Path(engines["node2"]))
    assert read(Path(engines["node3"]), "/info")["Name"] == "node3"
    assert len(read(started.socket, "/nodes")) == 3
    remote.fault("node-up", "node2")
    remote.advance(60)
    assert read(Path(engines["node2"]), "/info")["Name"] == "node2"


def test_a_fault_of_the_worlds_schedule_closes_the_door_by_itself(start: Start, tmp_path: Path) -> None:
    """On a real clock a scheduled loss of the manager must close its socket, though nobody asks anything."""
    world = tmp_path / "lost.yaml"
    world.write_text(
        "nodes: [{hostname: only, role: manager}]\n"
        "faults: [{at: 20, fault: manager-down}, {at: 60, fault: manager-up}]\n",
        encoding="utf-8",
    )
    started = start(world=world, clock="real", speed=20.0)
    with following(started.socket, "/events") as stream:
        rest(stream)
    assert is_refused(started.socket)
    deadline = time.monotonic() + 10
    while is_refused(started.socket) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert [node["Description"]["Hostname"] for node in read(started.socket, "/nodes")] == ["only"]


def test_faults_are_listed_and_refused_in_words(start: Start) -> None:
    """Every fault must be told with its target and summary, and one that is none with what there is."""
    remote = Remote(start(clock="stepped").control)
    listed = {fault.name: fault for fault in remote.faults()}

    assert listed["node-down"].target == "node"
    assert listed["node-down"].inverse == "node-up"
    assert all(fault.summary for fault in listed.values())
    with pytest.raises(RemoteError, match="there is no fault 'node-dwn'") as caught:
        remote.fault("node-dwn", "node2")
    assert "node-down" in caught.value.then
    with pytest.raises(RemoteError, match="there is no node 'node9'"):
        remote.fault("node-down", "node9")
    with pytest.raises(RemoteError, match="no setting 'speed'"):
        remote.fault("slow-link", "node1", speed=3)
    for body in (
        b'{"target": "node1"}',
        b'{"name": 1}',
        b'{"name": "node-down", "target": "node1", "self": 1}',
        b'{"name": "node-down", "target": ["node1"]}',
    ):
        assert ask(remote.socket, "POST", "/fault", body)[0] == 400
    assert remote.status().faults == ()


def test_a_slow_link_costs_simulated_time(start: Start) -> None:
    """With a clock that is not real each answer over a slow link must take its time on the swarm's clock."""
    started = start(clock="stepped")
    remote = Remote(started.control)
    remote.fault("slow-link", "node1", latency=2)
    read(started.socket, "/info")
    assert remote.status().uptime == 2
    remote.fault("fast-link", "node1")
    read(started.socket, "/info")
    assert remote.status().uptime == 2


def test_a_slow_link_keeps_only_its_own_callers_waiting(start: Start) -> None:
    """On a real clock a slow answer must not hold up what does not go over that link."""
    started = start(clock="real")
    remote = Remote(started.control)
    remote.fault("slow-link", "node1", latency=4)
    took: list[float] = []

    def call() -> None:
        began = time.monotonic()
        read(started.socket, "/info")
        took.append(time.monotonic() - began)

    callers = [threading.Thread(target=call) for _ in range(4)]
    for caller in callers:
        caller.start()
    remote.status()
    assert took == []
    for caller in callers:
        caller.join(30)
    assert len(took) == 4
    assert all(4 <= seconds < 12 for seconds in took), took


def test_a_reader_who_does_not_read_is_cut_off(start: Start, tmp_path: Path) -> None:
    """A stream whose client leaves too much unread must be cut, and the swarm must go on unharmed."""
    world = tmp_path / "one.yaml"
    world.write_text("nodes: [{hostname: only, role: manager}]", encoding="utf-8")
    started = start(world=world, clock="stepped")
    container = {"Image": "busybox:1", "Labels": {"large": "x" * 900_000}}
    spec = {"Name": "web", "TaskTemplate": {"ContainerSpec": container}, "Mode": {"Replicated": {"Replicas": 20}}}
    with following(started.socket, "/events?filters=%7B%22event%22%3A%5B%22start%22%5D%7D") as idle:
        with following(started.socket, "/events?filters=%7B%22type%22%3A%5B%22service%22%5D%7D") as awake:
            assert ask(started.socket, "POST", "/services/create", json.dumps(spec).encode())[0] == 201
            Remote(started.control).advance(30)
            assert json.loads(awake.recv(65536).split(b"\r\n")[1])["Action"] == "create"
        unread = len(rest(idle))
    assert 0 < unread < 20 * 900_000
    assert len(read(started.socket, "/containers/json")) == 20


def test_a_client_that_leaves_is_forgotten(start: Start) -> None:
    """Many followers that hang up without a word must leave nothing open in the process."""
    started = start()
    descriptors = Path(f"/proc/{started.pid}/fd")
    before = len(list(descriptors.iterdir()))
    for _ in range(30):
        with following(started.socket, "/events"):
            pass
    deadline = time.monotonic() + 10
    while len(list(descriptors.iterdir())) > before and time.monotonic() < deadline:
        time.sleep(0.05)
    assert len(list(descriptors.iterdir())) <= before
