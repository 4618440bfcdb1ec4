"""The roster: every server a row, whatever it does, and within a bound."""

from __future__ import annotations

import hashlib
import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import coopnb as co
from coopnb.errors import InputError
from coopnb.model.server import ServerRow
from coopnb.server import connect, endpoint_of, folder_of, names, refuse_unknown, roster
from coopnb.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A workspace, and a docker CLI without contexts."""
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))
    return Workspace(tmp_path / "workspace")


def write_context(folder: Path, name: str, host: str) -> Path:
    """Write what ``docker context create`` writes; the file's path."""
    path = folder / "contexts" / "meta" / hashlib.sha256(name.encode()).hexdigest() / "meta.json"
    path.parent.mkdir(parents=True)
    docker = {"Host": host, "SkipTLSVerify": False}
    path.write_text(json.dumps({"Name": name, "Metadata": {}, "Endpoints": {"docker": docker}}))
    return path


@contextmanager
def mute(path: Path) -> Iterator[str]:
    """A socket that lets everybody in and never says a word."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.bind(str(path))
        server.listen(8)
        yield f"unix://{path}"


def test_names_are_practice_folders_and_contexts(workspace: Workspace, tmp_path: Path) -> None:
    """A practice swarm must come first, then the folders of abra's layout and docker's contexts, each once."""
    (workspace.servers / "node1.example.org").mkdir(parents=True)
    write_context(tmp_path / "docker", "node1.example.org", "ssh://ops@10.0.0.1")
    write_context(tmp_path / "docker", "cloud", "unix:///run/cloud.sock")

    found = tuple(name for name in names(workspace) if name != "default")

    assert found == ("practice", "node1.example.org", "cloud")


def test_a_context_wins_over_a_folder_and_a_remembered_url_over_both(workspace: Workspace, tmp_path: Path) -> None:
    """A folder's name must lead to ssh://NAME, unless a context of that name or a remembered URL says more."""
    (workspace.servers / "node1.example.org").mkdir(parents=True)
    assert endpoint_of("node1.example.org", workspace).url == "ssh://node1.example.org"

    write_context(tmp_path / "docker", "node1.example.org", "ssh://ops@10.0.0.1:2222")
    assert endpoint_of("node1.example.org", workspace).url == "ssh://ops@10.0.0.1:2222"

    workspace.make(workspace.endpoints).joinpath("node1.example.org").write_text("unix:///run/one.sock\n")
    assert endpoint_of("node1.example.org", workspace).url == "unix:///run/one.sock"


def test_a_context_that_cannot_be_read_is_told_with_its_file(workspace: Workspace, tmp_path: Path) -> None:
    """A broken context must be wrong input with its file, and no name of the list."""
    path = write_context(tmp_path / "docker", "cloud", "unix:///run/cloud.sock")
    path.write_text("{")

    with pytest.raises(InputError, match="the docker context cloud cannot be read") as raised:
        endpoint_of("cloud", workspace)

    assert str(path) in str(raised.value)
    assert "cloud" not in names(workspace)


@pytest.mark.parametrize("name", ["nowhere", "../servers", "", "tcp://10.0.0.1:2375", "http://x", "Practice", "a b"])
def test_a_name_that_leads_nowhere_is_refused(workspace: Workspace, name: str) -> None:
    """What no server can be called, and ways that coopnb does not go, must be wrong input."""
    with pytest.raises(InputError, match="nothing was done"):
        refuse_unknown(name, workspace)


def test_apps_lie_in_the_folder_of_their_host() -> None:
    """A URL over ssh must use the folder that its host has, a socket that of the local engine."""
    assert folder_of("ssh://ops@node1.example.org:2222") == "node1.example.org"
    assert folder_of("unix:///run/docker.sock") == "default"
    assert folder_of("node1.example.org") == "node1.example.org"


def test_a_server_that_does_not_answer_is_a_row_and_delays_nobody(workspace: Workspace, tmp_path: Path) -> None:
    """A mute server, one that is gone and a wrong name must be rows; the live one must be known before."""
    heard: list[tuple[float, tuple[ServerRow | None, ...]]] = []
    with co.practice_swarm() as server, mute(tmp_path / "mute.sock") as silent:
        live = server.identity.endpoint
        began = time.monotonic()
        rows = roster(
            workspace,
            (silent, live, f"unix://{tmp_path}/gone.sock", "nowhere"),
            timeout=2,
            seen=lambda known: heard.append((time.monotonic() - began, known)),
        )
        took = time.monotonic() - began

    assert [row.reachable for row in rows] == [False, True, False, False]
    assert rows[1].swarm == "manager" and rows[1].nodes == 3 and rows[1].practice and not rows[1].error
    assert "did not answer" in rows[0].error or "no answer within 2 s" in rows[0].error
    assert "No such file" in rows[2].error and rows[2].endpoint == f"unix://{tmp_path}/gone.sock"
    assert "knows no way" in rows[3].error
    assert all(row.next for row in rows if row.error)
    assert took < 4
    assert heard[0][1] == (None,) * 4
    assert next(at for at, known in heard if known[1] is not None) < 1.9


def test_looking_starts_no_practice_swarm(workspace: Workspace) -> None:
    """A practice swarm that does not run must be a row without an error, and nothing may be started or made."""
    (row,) = roster(workspace, ("practice",))

    assert row == ServerRow("practice", practice=True, next="it is started when it is used")
    assert not workspace.root.exists()


def test_a_practice_swarm_has_a_name(workspace: Workspace) -> None:
    """Practice swarms of several names must be swarms of their own, in the list once they have been used."""
    from coopnb.server import practice_home, stop_practice

    home = practice_home(workspace, name="practice-north")
    north = connect("practice-north", workspace=workspace)
    try:
        assert north.identity.practice and north.identity.name == "practice-north"
        assert home.is_dir()
        (row,) = roster(workspace, ("practice-north",))
        assert row.usable and row.practice
        assert "practice-north" in names(workspace)
    finally:
        north.close()
        stop_practice(home)
