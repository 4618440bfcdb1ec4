"""Connections that are taken over: what a command prints and hears, as real clients do it."""

from __future__ import annotations

import json
import os
import pty
import select
import socket as sockets
import struct
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import docker
import pytest

from coopnb.practice.process import PracticeProcess
from coopnb.practice.remote import Remote
from tests.practice.wire import ask, read
from tests.testbed.cli import docker_cli
from tests.testbed.requirements import require_oracle

Start = Callable[..., PracticeProcess]
UPGRADE = "Connection: Upgrade\r\nUpgrade: tcp\r\n"


@pytest.fixture
def served(start: Start, tmp_path: Path) -> PracticeProcess:
    """A practice swarm of one node, with one container that runs."""
    world = tmp_path / "one.yaml"
    world.write_text("nodes: [{hostname: only, role: manager}]", encoding="utf-8")
    started = start(world=world, clock="stepped", tcp="127.0.0.1:0")
    spec = b'{"Name":"web","TaskTemplate":{"ContainerSpec":{"Image":"busybox:1"}}}'
    assert ask(started.socket, "POST", "/services/create", spec)[0] == 201
    Remote(started.control).advance(10)
    return started


@pytest.fixture
def container(served: PracticeProcess) -> str:
    """The id of the container that runs."""
    return str(read(served.socket, "/containers/json")[0]["Id"])


def prepared(served: PracticeProcess, container: str, *command: str, **more: Any) -> str:
    """The id of a command that is ready to be started."""
    wanted = {"Cmd": command, "AttachStdout": True, "AttachStderr": True, **more}
    status, _, said = ask(served.socket, "POST", f"/containers/{container}/exec", json.dumps(wanted).encode())
    assert status == 201, said
    return str(json.loads(said)["Id"])


def begun(
    served: PracticeProcess, exec_id: str, more: bytes = b"", *, upgrade: str = UPGRADE, tty: bool = False
) -> Any:
    """A connection on which a command has been started; ``more`` is sent in the same breath."""
    client = sockets.socket(sockets.AF_UNIX, sockets.SOCK_STREAM)
    client.settimeout(10)
    client.connect(str(served.socket))
    body = json.dumps({"Detach": False, "Tty": tty}).encode()
    head = f"POST /v1.51/exec/{exec_id}/start HTTP/1.1\r\nHost: docker\r\nContent-Type: application/json\r\n"
    client.sendall(f"{head}{upgrade}Content-Length: {len(body)}\r\n\r\n".encode() + body + more)
    return closing(client)


def rest(client: sockets.socket) -> bytes:
    """Everything until the other side hangs up."""
    said = b""
    while chunk := client.recv(65536):
        said += chunk
    return said


def frames(data: bytes) -> list[tuple[int, bytes]]:
    """A multiplexed stream's frames: stream and text."""
    found = []
    while data:
        stream, length = struct.unpack(">BxxxL", data[:8])
        found.append((stream, data[8 : 8 + length]))
        data = data[8 + length :]
    return found


def test_an_upgrade_is_answered_as_dockerd_does(served: PracticeProcess, container: str) -> None:
    """Asked for an upgrade it must say 101 UPGRADED with the engine's headers, then frames, then hang up."""
    with begun(served, prepared(served, container, "echo", "hi")) as client:
        head, _, data = rest(client).partition(b"\r\n\r\n")

    first, *fields = head.decode().split("\r\n")
    assert first == "HTTP/1.1 101 UPGRADED"
    assert fields[:3] == [
        "Content-Type: application/vnd.docker.multiplexed-stream",
        "Connection: Upgrade",
        "Upgrade: tcp",
    ]
    assert "Api-Version: 1.51" in fields
    assert frames(data) == [(1, b"hi\n")]


def test_older_clients_that_ask_for_nothing_get_200(served: PracticeProcess, container: str) -> None:
    """Without an upgrade the answer must be 200 without a length, and the same stream."""
    with begun(served, prepared(served, container, "echo", "hi"), upgrade="") as client:
        head, _, data = rest(client).partition(b"\r\n\r\n")

    assert head.startswith(b"HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.multiplexed-stream\r\n")
    assert b"Content-Length" not in head and b"Upgrade" not in head
    assert frames(data) == [(1, b"hi\n")]


def test_a_terminal_is_raw(served: PracticeProcess, container: str) -> None:
    """With a terminal the stream must be bytes as a terminal has them, without frames."""
    with begun(served, prepared(served, container, "echo", "hi", Tty=True), tty=True) as client:
        assert rest(client).endswith(b"\r\n\r\nhi\r\n")


@pytest.mark.parametrize("at_once", [True, False])
def test_standard_input_is_heard_to_its_end(served: PracticeProcess, container: str, at_once: bool) -> None:
    """What a client types, also before it has an answer, must be heard; after its end it must still be answered."""
    typed = b"echo one\necho two\n"
    exec_id = prepared(served, container, "sh", AttachStdin=True)
    with begun(served, exec_id, typed if at_once else b"") as client:
        if not at_once:
            assert client.recv(65536).startswith(b"HTTP/1.1 101 ")
            client.sendall(typed)
        client.shutdown(sockets.SHUT_WR)
        data = rest(client)

    assert frames(data.partition(b"\r\n\r\n")[2] if at_once else data) == [(1, b"one\n"), (1, b"two\n")]
    assert read(served.socket, f"/exec/{exec_id}/json")["Running"] is False


def test_a_client_that_hangs_up_ends_its_command(served: PracticeProcess, container: str) -> None:
    """When the client of a shell goes away, the shell must end, and nothing of the connection stay open."""
    descriptors = Path(f"/proc/{served.pid}/fd")
    exec_id = prepared(served, container, "sh", AttachStdin=True)
    before = len(list(descriptors.iterdir()))
    with begun(served, exec_id) as client:
        assert client.recv(65536).startswith(b"HTTP/1.1 101 ")
        assert read(served.socket, f"/exec/{exec_id}/json")["Running"] is True
    deadline = time.monotonic() + 10
    while read(served.socket, f"/exec/{exec_id}/json")["Running"] and time.monotonic() < deadline:
        time.sleep(0.05)
    assert read(served.socket, f"/exec/{exec_id}/json")["Running"] is False
    while len(list(descriptors.iterdir())) > before and time.monotonic() < deadline:
        time.sleep(0.05)
    assert len(list(descriptors.iterdir())) <= before


def test_a_lost_engine_cuts_its_commands_off(served: PracticeProcess, container: str) -> None:
    """When the engine goes down, whoever sits in a shell must be cut off."""
    with begun(served, prepared(served, container, "sh", AttachStdin=True)) as client:
        assert client.recv(65536).startswith(b"HTTP/1.1 101 ")
        Remote(served.control).fault("manager-down")
        with suppress(ConnectionResetError):
            assert rest(client) == b""


def test_a_refusal_is_plain_http(served: PracticeProcess) -> None:
    """A command that is not there must be refused as any other call, upgrade or not."""
    with begun(served, "nonesuch") as client:
        assert client.recv(65536).startswith(b"HTTP/1.1 404 Not Found\r\n")


@pytest.mark.parametrize("way", ["unix", "tcp"])
def test_docker_py_loses_nothing(served: PracticeProcess, container: str, way: str) -> None:
    """docker-py, whose HTTP parser swallows what comes with the head, must get all output, every time."""
    places = Remote(served.control).status().places
    client: Any = docker.DockerClient(base_url=f"unix://{places.socket}" if way == "unix" else places.tcp, timeout=20)
    try:
        found = client.containers.get(container)
        said = [found.exec_run("echo hi") for _ in range(10)]
        assert {(item.exit_code, item.output) for item in said} == {(0, b"hi\n")}
        assert found.exec_run("echo hi", demux=True).output == (b"hi\n", None)
        _, stream = found.exec_run("sh", stdin=True, socket=True)
        # docker-py leaves the socket under its stream to the garbage collector.
        with closing(stream._sock), closing(stream):
            stream._sock.sendall(b"echo typed\nexit 3\n")
            assert stream.read(100) == b"\x01\x00\x00\x00\x00\x00\x00\x06typed\n"
    finally:
        client.close()


@pytest.fixture
def cli(served: PracticeProcess, tmp_path: Path) -> Iterator[list[str]]:
    """The beginning of a docker command."""
    require_oracle("the docker CLI on the practice swarm")
    yield [str(docker_cli()), "--config", str(tmp_path), "-H", f"unix://{served.socket}"]


def test_the_cli_pipes_into_a_command(cli: list[str], container: str) -> None:
    """`docker exec -i` must hand over its standard input, and end with the command's status."""
    done = subprocess.run(
        [*cli, "exec", "-i", container, "sh"], input=b"echo piped\nexit 3\n", capture_output=True, timeout=30
    )

    assert (done.returncode, done.stdout) == (3, b"piped\n")


def test_the_cli_sits_at_a_terminal(cli: list[str], container: str) -> None:
    """`docker exec -it` must give a prompt, echo what is typed, answer, and end when it is left."""
    ours, theirs = pty.openpty()
    try:
        with subprocess.Popen(
            [*cli, "exec", "-it", container, "sh"], stdin=theirs, stdout=theirs, stderr=theirs
        ) as ran:
            try:
                assert "# " in _until(ours, b"# ")
                os.write(ours, b"echo here\r")
                assert "here\r\n" in _until(ours, b"here\r\n")
                os.write(ours, b"exit 4\r")
                assert ran.wait(10) == 4
            finally:
                ran.kill()
    finally:
        os.close(ours)
        os.close(theirs)


def _until(terminal: int, wanted: bytes) -> str:
    """What a terminal shows, up to something that is waited for."""
    shown = b""
    deadline = time.monotonic() + 10
    while wanted not in shown and time.monotonic() < deadline:
        if select.select([terminal], [], [], 0.2)[0]:
            shown += os.read(terminal, 4096)
    return shown.decode()
