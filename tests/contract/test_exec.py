"""Commands in a container: prepared, run, and told how they ended."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.swarm import Swarm

IMAGE = "busybox:1.36"
OUT = {"AttachStdout": True, "AttachStderr": True}


@pytest.fixture(scope="module")
def container(swarm: Swarm) -> Iterator[str]:
    """The container of a task that sleeps."""
    swarm.create("execs", IMAGE, at={"TaskTemplate.ContainerSpec.Command": ["sleep", "1000"]})
    (task,) = swarm.running("execs")
    yield task["Status"]["ContainerStatus"]["ContainerID"]
    swarm.remove("execs")


def ran(swarm: Swarm, container: str, command: list[str], **more: Any) -> tuple[bytes, dict[str, Any]]:
    """What a command wrote, and how it is told of afterwards."""
    made = swarm.api.post(f"/containers/{container}/exec", {"Cmd": command, **OUT, **more})["Id"]
    said = swarm.api.call("POST", f"/exec/{made}/start", {"Detach": False, "Tty": more.get("Tty", False)})
    assert said.status == 200, said.data
    after = swarm.until(lambda: swarm.api.get(f"/exec/{made}/json"), lambda found: not found["Running"])
    return said.data, after


def test_a_commands_output_comes_in_frames(swarm: Swarm, container: str) -> None:
    """Without a terminal each piece of output must be in a frame of its stream."""
    output, after = ran(swarm, container, ["echo", "hello"])

    assert output == struct.pack(">BxxxL", 1, 6) + b"hello\n"
    assert after["ExitCode"] == 0


def test_a_terminals_output_has_no_frames(swarm: Swarm, container: str) -> None:
    """With a terminal output must come as it is, its lines ended as terminals end them."""
    output, after = ran(swarm, container, ["echo", "hello"], Tty=True)

    assert output == b"hello\r\n"
    assert after["ProcessConfig"]["tty"] is True


def test_a_commands_words_are_told(swarm: Swarm, container: str) -> None:
    """The command must be told as entrypoint and arguments, with the container it ran in."""
    _, after = ran(swarm, container, ["echo", "a", "b c"])

    assert after["ContainerID"] == container
    assert after["ProcessConfig"]["entrypoint"] == "echo"
    assert after["ProcessConfig"]["arguments"] == ["a", "b c"]
    assert (after["OpenStdout"], after["OpenStderr"], after["OpenStdin"]) == (True, True, False)


def test_a_command_that_has_not_started_has_no_code(swarm: Swarm, container: str) -> None:
    """Between preparation and start there must be no exit code, and nothing that runs."""
    made = swarm.api.post(f"/containers/{container}/exec", {"Cmd": ["echo"], **OUT})["Id"]
    before = swarm.api.get(f"/exec/{made}/json")

    assert (before["ExitCode"], before["Running"], before["Pid"]) == (None, False, 0)


def test_a_command_runs_once(swarm: Swarm, container: str) -> None:
    """A second start must be refused: as output to whoever listens, as a conflict to whoever does not."""
    made = swarm.api.post(f"/containers/{container}/exec", {"Cmd": ["echo"], **OUT})["Id"]
    start = {"Detach": False, "Tty": False}
    first = swarm.api.call("POST", f"/exec/{made}/start", start)
    second = swarm.api.call("POST", f"/exec/{made}/start", start)
    detached = swarm.api.call("POST", f"/exec/{made}/start", {**start, "Detach": True})

    assert (first.status, second.status, detached.status) == (200, 200, 409)
    assert b"already run" in second.data


def test_a_detached_command_says_nothing(swarm: Swarm, container: str) -> None:
    """A detached start must return at once, with nothing."""
    made = swarm.api.post(f"/containers/{container}/exec", {"Cmd": ["echo", "x"]})["Id"]
    said = swarm.api.call("POST", f"/exec/{made}/start", {"Detach": True, "Tty": False})

    assert (said.status, said.data) == (200, b"")


def test_a_command_without_words_is_refused(swarm: Swarm, container: str) -> None:
    """An empty command must be refused."""
    bodies: list[dict[str, Any]] = [{}, {"Cmd": []}]
    for body in bodies:
        assert swarm.api.call("POST", f"/containers/{container}/exec", body).refusal == (
            400,
            "No exec command specified",
        )


def test_a_hijacked_stream_is_upgraded(swarm: Swarm, container: str) -> None:
    """A client that asks for an upgrade must get it: 101, and then the output."""
    made = swarm.api.post(f"/containers/{container}/exec", {"Cmd": ["echo", "hello"], **OUT})["Id"]
    headers = {"Connection": "Upgrade", "Upgrade": "tcp"}
    body = {"Detach": False, "Tty": False}
    connection, response = swarm.api.open("POST", f"/exec/{made}/start", body, headers)
    try:
        assert response.status == 101
        assert response.getheader("Upgrade") == "tcp"
    finally:
        connection.close()
