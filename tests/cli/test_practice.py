"""`coopnb practice`: a swarm that the docker CLI can use, started and stopped by hand."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from coopnb.cli import main
from coopnb.practice import process
from coopnb.workspace import Workspace
from tests.runbook.headless import coopnb
from tests.testbed.cli import docker_cli
from tests.testbed.requirements import require_oracle

EMPTY = "No practice swarm is running. Start one: coopnb practice up\n"


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Path]:
    """A workspace whose practice swarm ends with the test."""
    yield tmp_path
    process.stop(Workspace(tmp_path).practice)


def test_up_status_and_down(workspace: Path) -> None:
    """The workspace's swarm must be startable, tell how it is used and stands, be told when there, and go."""
    before = coopnb(workspace, "practice", "status")
    assert (before.status, before.out) == (1, EMPTY)
    assert not (workspace / "coopnb").exists()

    up = coopnb(workspace, "practice", "up", "--clock", "auto", "--nodes", "4")
    socket = workspace / "coopnb" / "practice" / "engine.sock"
    assert up.status == 0, up.err
    first, second, *_ = up.out.splitlines()
    assert first.startswith("Practice swarm up: world default, 4 nodes, auto clock, process ")
    assert second == "It is practice: nothing that is deployed there runs anywhere."
    assert f"  export DOCKER_HOST=unix://{socket}\n  docker node ls\n" in up.out
    assert (workspace / "recipes" / "hello").is_dir()

    again = coopnb(workspace, "practice", "up", "--nodes", "2")
    told, _, rest = again.out.partition("\n")
    assert again.status == 0
    assert told.startswith("It is up already, as follows; nothing was started.")
    assert rest == up.out

    status = coopnb(workspace, "practice", "status")
    assert status.status == 0
    assert status.out.startswith("Practice swarm: world default, 4 nodes, 0 services; auto clock, 2026-01-01 ")
    assert "  ● node4  worker   ready  active\n" in status.out
    assert f"unix://{socket}\n" in status.out
    assert coopnb(workspace, "practice").out == status.out

    down = coopnb(workspace, "practice", "down")
    assert (down.status, down.out) == (0, "The practice swarm is stopped.\n")
    assert not socket.exists()
    gone = coopnb(workspace, "practice", "down")
    assert (gone.status, gone.out) == (0, "No practice swarm was running.\n")


def test_a_socket_of_ones_own_is_another_swarm(workspace: Path, tmp_path: Path) -> None:
    """With --socket every command must be about another swarm than the workspace's, of which nothing stays."""
    socket = tmp_path / "own.sock"
    try:
        up = coopnb(workspace, "practice", "up", "--clock", "stepped", "--socket", str(socket), "--tcp", "localhost:0")
        assert up.status == 0, up.err
        assert f"export DOCKER_HOST=unix://{socket}\n" in up.out
        address = re.search(r"DOCKER_HOST=tcp://127\.0\.0\.1:(\d+)\)", up.out)
        assert address and int(address[1]) > 0
        assert coopnb(workspace, "practice", "status").status == 1
        status = coopnb(workspace, "practice", "--socket", str(socket), "status")
        assert f"tcp://127.0.0.1:{address[1]}\n" in status.out
        forward = coopnb(workspace, "practice", "advance", "90", "--socket", str(socket))
        assert forward.out == "It is 2026-01-01 00:01:30 UTC in the practice swarm.\n"
    finally:
        down = coopnb(workspace, "practice", "down", "--socket", str(socket))
    assert down.out == "The practice swarm is stopped.\n"
    assert not socket.exists()
    assert list((workspace / "coopnb").iterdir()) == []


def test_faults_are_listed_put_in_and_mended(workspace: Path) -> None:
    """A fault must be in the list, be put in, be told by status, and be mended; others are refused in words."""
    coopnb(workspace, "practice", "up", "--clock", "stepped")
    listed = coopnb(workspace, "practice", "fault", "--list")
    assert re.search(r"^  node-down +node +its machine stops", listed.out, re.MULTILINE)
    assert "latency=0.5" in listed.out

    put = coopnb(workspace, "practice", "fault", "slow-link", "node2", "latency=2")
    assert (put.status, put.out) == (0, "Messages to and from node2 take 2 s, pulls 10 times as long.\n")
    assert "  ✗ Messages to and from node2 take 2 s" in coopnb(workspace, "practice", "status").out
    coopnb(workspace, "practice", "fault", "fast-link", "node2")
    assert "✗" not in coopnb(workspace, "practice", "status").out

    wrong = coopnb(workspace, "practice", "fault", "node-down", "node9")
    assert wrong.status == 2
    assert wrong.err.startswith("InputError: there is no node 'node9'\n")
    assert "there are node1, node2, node3" in wrong.err
    unnamed = coopnb(workspace, "practice", "fault")
    assert unnamed.status == 2
    assert "coopnb practice fault --list" in unnamed.err


def test_a_state_is_saved_and_gone_on_from(workspace: Path, tmp_path: Path) -> None:
    """A saved swarm must go on from where it was, and a file that is something else must stay as it is."""
    coopnb(workspace, "practice", "up", "--clock", "stepped")
    coopnb(workspace, "practice", "advance", "60")
    precious = tmp_path / "precious"
    precious.write_text("mine")
    refused = coopnb(workspace, "practice", "save", str(precious))
    assert (refused.status, precious.read_text()) == (2, "mine")
    state = tmp_path / "lesson.state"
    saved = coopnb(workspace, "practice", "save", str(state))
    assert saved.out == f"Saved. To go on from there: coopnb practice up --state {state}\n"
    coopnb(workspace, "practice", "down")

    up = coopnb(workspace, "practice", "up", "--state", str(state))
    assert up.out.startswith("Practice swarm up: world of lesson.state, 3 nodes, stepped clock, ")
    assert "2026-01-01 00:01:00 UTC" in coopnb(workspace, "practice", "status").out
    coopnb(workspace, "practice", "down")
    state.write_text("{}")
    damaged = coopnb(workspace, "practice", "up", "--state", str(state))
    assert damaged.status == 2
    assert "this is no state of a practice swarm" in damaged.err


@pytest.mark.parametrize("command", [("advance", "5"), ("fault", "--list"), ("fault", "kill", "web.1"), ("save", "x")])
def test_without_a_swarm_the_rest_cannot_be_done(workspace: Path, command: tuple[str, ...]) -> None:
    """What needs a swarm must say that none runs, and how one is started."""
    ran = coopnb(workspace, "practice", *command)

    assert ran.status == 4
    assert ran.err == "ConnectFailed: no practice swarm is running\n  next   Start one: coopnb practice up\n"
    assert not (workspace / "coopnb").exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--tcp", "0.0.0.0:2375"), "'0.0.0.0' is not a loopback address"),
        (("--tcp", "2375"), "'2375' is no address; write it as 127.0.0.1:2375"),
        (("--nodes", "0"), "expected a whole number from 1 to 500"),
        (("--speed", "fast"), "'fast' is no number"),
        (("--clock", "slow"), "invalid choice: 'slow'"),
    ],
)
def test_what_up_cannot_mean_is_refused(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, arguments: tuple[str, ...], says: str
) -> None:
    """A wrong option must be refused with status 2 and its reason, and start nothing."""
    with pytest.raises(SystemExit) as ended:
        main(["practice", "up", "--workspace", str(tmp_path / "w"), *arguments])

    assert ended.value.code == 2
    assert says in capsys.readouterr().err
    assert not (tmp_path / "w").exists()


@pytest.mark.parametrize("command", ["up", "fault", "advance", "status", "save", "down"])
def test_every_command_of_practice_explains_itself(capsys: pytest.CaptureFixture[str], command: str) -> None:
    """`coopnb practice COMMAND --help` must say what it does, and its exit statuses; those with arguments, examples."""
    with pytest.raises(SystemExit):
        main(["practice", command, "--help"])

    text = capsys.readouterr().out
    assert re.search(r"\n\n[A-Z][^\n]+\.\n\n", text), text
    assert "--socket PATH" in text and "--workspace W" in text
    assert ("examples:\n  coopnb practice " in text) == (command not in ("status", "down"))
    for number in (0, 1, 2, 4):
        assert re.search(rf"^  {number} +\w", text, re.MULTILINE), text


@pytest.mark.real
def test_the_docker_cli_uses_it(workspace: Path, tmp_path: Path) -> None:
    """The command that `practice up` prints must work, and show what a runbook deployed."""
    require_oracle("asking the practice swarm")
    up = coopnb(workspace, "practice", "up", "--clock", "auto")
    host = re.search(r"export DOCKER_HOST=(\S+)", up.out)
    assert host

    listed = subprocess.run(
        [docker_cli(), "node", "ls"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env={"HOME": str(tmp_path), "DOCKER_HOST": host[1]},
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
