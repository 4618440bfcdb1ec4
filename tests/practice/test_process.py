"""The process: started once, found again, stopped cleanly, and never left behind."""

from __future__ import annotations

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from coopnb.practice import process
from coopnb.practice.process import PracticeError, PracticeProcess
from tests.practice.wire import ask, read

Start = Callable[..., PracticeProcess]
ROOT = Path(__file__).resolve().parents[2]


def _until(condition: Callable[[], bool], seconds: float = 8.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return not Path(f"/proc/{pid}/stat").exists() or " Z " not in Path(f"/proc/{pid}/stat").read_text()


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_process_is_started_found_and_stopped(home: Path, start: Start) -> None:
    """A started process must be found, be private to its owner, and leave neither socket nor process behind."""
    assert process.running(home) is None
    started = start()
    assert process.running(home) == started
    assert (_mode(home), _mode(started.socket)) == (0o700, 0o600)
    assert read(started.socket, "/info")["Labels"] == ["practice=true", "practice.clock=auto"]
    assert process.stop(home) is True
    assert not started.socket.exists()
    assert not _alive(started.pid)
    assert process.running(home) is None
    assert process.stop(home) is False


def test_a_live_process_is_used_again(start: Start) -> None:
    """A second start must return the process that runs, and what was deployed in it must still be there."""
    first = start()
    assert ask(first.socket, "POST", "/secrets/create", b'{"Name":"kept","Data":"eA=="}')[0] == 201
    assert start(clock="real") == first
    assert [secret["Spec"]["Name"] for secret in read(first.socket, "/secrets")] == ["kept"]


def test_it_has_a_session_of_its_own(start: Start) -> None:
    """The process must not be in the session of whoever started it, so that it outlives them."""
    started = start()
    assert os.getsid(started.pid) == started.pid != os.getsid(0)


def test_starts_at_the_same_time_end_with_one_process(home: Path) -> None:
    """Several starts at once must all return the same process."""
    found: list[PracticeProcess] = []
    threads = [threading.Thread(target=lambda: found.append(process.start(home, clock="auto"))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(found) == 4
    assert len(set(found)) == 1


def test_a_dead_processs_socket_is_replaced(home: Path, start: Start) -> None:
    """After a kill the left-over socket must not be taken for a swarm, and the next start must replace it."""
    first = start()
    os.kill(first.pid, signal.SIGKILL)
    assert _until(lambda: process.running(home) is None)
    assert first.socket.exists()
    second = start()
    assert second.pid != first.pid
    assert read(second.socket, "/version")["Version"].endswith("-practice")


def test_a_live_socket_of_somebody_else_is_refused(home: Path, start: Start, tmp_path: Path) -> None:
    """A socket on which another engine listens must never be replaced."""
    first = start()
    other = tmp_path / "other"
    with pytest.raises(PracticeError, match="another process listens there"):
        process.start(other, socket=first.socket)
    assert process.running(other) is None
    assert process.running(home) == first


def test_a_file_in_the_way_is_not_removed(start: Start, tmp_path: Path) -> None:
    """A file where the socket should be must stay, and be named in the error."""
    path = tmp_path / "precious"
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(PracticeError, match="a file that is no socket is there"):
        start(socket=path)
    assert path.read_text(encoding="utf-8") == "mine"


def test_a_path_too_long_for_a_socket_is_no_obstacle(tmp_path: Path) -> None:
    """When the directory's path is too long the socket must lie in a private temporary directory, and go with it."""
    directory = tmp_path / ("long" * 30)
    try:
        started = process.start(directory, clock="auto")
        assert started.socket.parent != directory
        assert len(str(started.socket)) <= 107
        assert _mode(started.socket.parent) == 0o700
        assert process.running(directory) == started
        assert read(started.socket, "/info")["Name"] == "practice"
    finally:
        process.stop(directory)
    assert not started.socket.parent.exists()


def test_it_ends_when_its_directory_is_gone(home: Path, start: Start) -> None:
    """A process whose directory was removed must end by itself."""
    started = start()
    shutil.rmtree(home)
    assert _until(lambda: not _alive(started.pid))


def test_a_bad_world_is_reported(start: Start, home: Path, tmp_path: Path) -> None:
    """A world that cannot be used must make the start fail with the world's complaint."""
    world = tmp_path / "bad.yaml"
    world.write_text("shoes: 1", encoding="utf-8")
    with pytest.raises(PracticeError, match="shoes: unknown key"):
        start(world=world)
    assert process.running(home) is None


def test_world_and_seed_are_used(start: Start, home: Path, tmp_path: Path) -> None:
    """A world and a seed must reach the process: its nodes are the world's, its ids the seed's."""
    world = tmp_path / "one.yaml"
    world.write_text("nodes: [{hostname: solo, role: manager}]", encoding="utf-8")
    first = read(start(world=world, seed=5).socket, "/nodes")
    process.stop(home)
    second = read(start(world=world, seed=5).socket, "/nodes")
    process.stop(home)
    third = read(start(world=world, seed=6).socket, "/nodes")
    assert [node["Description"]["Hostname"] for node in first] == ["solo"]
    assert first == second
    assert first[0]["ID"] != third[0]["ID"]


def test_a_real_clock_moves_by_itself(start: Start) -> None:
    """With a real clock, sped up, a service must come up without anybody reading."""
    started = start(clock="real", speed=50.0)
    body = b'{"Name":"web","TaskTemplate":{"ContainerSpec":{"Image":"nginx:1"}}}'
    assert ask(started.socket, "POST", "/services/create", body)[0] == 201
    assert _until(lambda: read(started.socket, "/tasks")[0]["Status"]["State"] == "running")
    shown = datetime.fromisoformat(read(started.socket, "/info")["SystemTime"][:19] + "+00:00")
    assert abs(shown.timestamp() - time.time()) < 3600


def test_serving_ends_with_sigterm_and_removes_its_socket(tmp_path: Path) -> None:
    """Served in the foreground it must say when it is ready, and on SIGTERM end with 0 and take its socket away."""
    path = tmp_path / "engine.sock"
    command = [sys.executable, "-m", "coopnb.practice", "serve", "--socket", str(path), "--clock", "auto"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as served:
        try:
            assert served.stdout is not None
            assert served.stdout.readline() == "ready\n"
            assert read(path, "/info")["Name"] == "practice"
        finally:
            served.terminate()
        assert served.wait(10) == 0
    assert list(tmp_path.iterdir()) == []


def test_its_help_shows_the_way() -> None:
    """--help must tell how to serve and how to talk to it."""
    said = subprocess.run(
        [sys.executable, "-m", "coopnb.practice", "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=20,
        check=True,
    )
    assert "serve" in said.stdout
    assert "docker -H unix://PATH stack deploy" in said.stdout


def test_it_loads_no_other_room() -> None:
    """Serving must import nothing of coopnb but the practice room."""
    program = (
        "import sys, coopnb.practice.__main__, coopnb.practice.server;"
        "print([name for name in sys.modules if name.startswith('coopnb.') and not name.startswith('coopnb.practice')])"
    )
    said = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=20, check=True
    )
    assert said.stdout == "[]\n"


def test_two_processes_tell_the_same_story(home: Path, start: Start) -> None:
    """With an auto clock two processes must answer the same calls with the same bytes and dates."""
    first = _story(start(seed=3).socket)
    process.stop(home)
    second = _story(start(seed=3).socket)
    assert first == second


def _story(socket: Path) -> list[tuple[int, str, bytes]]:
    spec = {"ContainerSpec": {"Image": "mariadb:10.11.8"}, "Networks": [{"Target": "proxy"}]}
    calls: list[tuple[str, str, bytes | None]] = [
        ("POST", "/secrets/create", b'{"Name":"password","Data":"eA=="}'),
        ("POST", "/services/create", json.dumps({"Name": "db", "TaskTemplate": spec}).encode()),
        (
            "POST",
            "/services/create",
            json.dumps({"Name": "all", "TaskTemplate": spec, "Mode": {"Global": {}}}).encode(),
        ),
        *[("GET", "/tasks", None), ("GET", "/services?status=true", None)] * 15,
        ("GET", "/services/db/logs?stdout=1&timestamps=1", None),
        ("GET", "/events?since=1&until=1767225602", None),
        ("GET", "/info", None),
    ]
    answers = [ask(socket, method, target, body) for method, target, body in calls]
    return [(status, headers["Date"], body) for status, headers, body in answers]
