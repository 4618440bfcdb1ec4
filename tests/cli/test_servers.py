"""``coopnb server``: added, listed, checked and trusted as an operator does it, against a real sshd."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import coopnb as co
from coopnb.cli import main
from tests.testbed.ssh import SshServer, sshd
from tests.testbed.ssh_client import Home, Knows, client_home, introduce

pytestmark = pytest.mark.timeout(60)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home folder with a key and a workspace, and no docker contexts."""
    made = client_home(tmp_path / "home")
    monkeypatch.setenv("HOME", str(made.path))
    monkeypatch.setenv("COOPNB_WORKSPACE", str(tmp_path / "workspace"))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    monkeypatch.delenv("DOCKER_CONFIG", raising=False)
    return made


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SshServer]:
    """An sshd with a practice swarm behind it."""
    with co.practice_swarm() as swarm, sshd(tmp_path / "server", swarm.identity.endpoint) as running:
        yield running


def test_an_empty_workspace_says_what_to_do(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a server the list must say how to get one, on a machine that has no engine of its own."""
    if Path("/var/run/docker.sock").exists():
        pytest.skip("this machine has an engine of its own, so the list is not empty")
    assert main(["server", "list"]) == 0
    said = capsys.readouterr().out
    assert "No servers yet." in said and "coopnb server add" in said


def test_a_server_is_added_trusted_and_checked(
    home: Home, server: SshServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Added while its key is unknown it must stay in the list with what to do; trusted, it must be usable."""
    introduce(home, server, "node1.example.org", knows=Knows.NOTHING)
    assert main(["server", "add", "node1.example.org"]) == 4
    said = capsys.readouterr()
    assert (tmp_path / "workspace" / "servers" / "node1.example.org").is_dir()
    assert "Added: node1.example.org" in said.out
    assert server.fingerprint in said.err and "coopnb server trust ssh://node1.example.org" in said.err

    assert main(["server", "trust", "node1.example.org", "--fingerprint", "SHA256:another"]) == 2
    assert "shows another key than the one you expect" in capsys.readouterr().err
    assert main(["server", "trust", "node1.example.org"]) == 3
    assert "was not trusted; nothing was written" in capsys.readouterr().err
    assert home.known_hosts.read_text() == ""

    assert main(["server", "trust", "node1.example.org", "--fingerprint", server.fingerprint]) == 0
    assert f"written to {home.known_hosts}" in capsys.readouterr().out
    assert main(["server", "trust", "node1.example.org"]) == 0
    assert "known already" in capsys.readouterr().out

    assert main(["server", "check", "node1.example.org"]) == 0
    said = capsys.readouterr()
    assert "node1.example.org (a practice swarm): reachable, manager of a swarm of 3 nodes" in said.out
    assert "round trip" in said.out and "rights" in said.out
    assert main(["server", "list"]) == 0
    assert "reachable" in capsys.readouterr().out


def test_a_url_is_kept_only_where_the_name_does_not_say_it(
    home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`add ops@host` must keep its user; a second URL for the same name must be refused."""
    endpoints = tmp_path / "workspace" / "coopnb" / "endpoints"
    assert main(["server", "add", "ops@nobody.invalid"]) == 4
    assert (endpoints / "nobody.invalid").read_text() == "ssh://ops@nobody.invalid\n"
    assert main(["server", "add", "plain.invalid"]) == 4
    assert not (endpoints / "plain.invalid").exists()
    capsys.readouterr()

    assert main(["server", "add", "nobody.invalid", "ssh://root@other.invalid"]) == 2
    assert "leads to ssh://ops@nobody.invalid already" in capsys.readouterr().err
    assert (endpoints / "nobody.invalid").read_text() == "ssh://ops@nobody.invalid\n"


@pytest.mark.parametrize(
    "given", [("practice",), ("../up",), ("choir", "tcp://10.0.0.7:2375"), ("choir", "ssh://ana:secret@host")]
)
def test_what_cannot_be_a_server_is_refused(
    home: Home, tmp_path: Path, given: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """A name that is none, and a way coopnb does not go, must be wrong input and leave nothing behind."""
    assert main(["server", "add", *given]) == 2
    assert "secret" not in capsys.readouterr().err
    assert not (tmp_path / "workspace" / "servers").exists()


def test_a_changed_key_is_trusted_by_its_fingerprint(
    home: Home, server: SshServer, capsys: pytest.CaptureFixture[str]
) -> None:
    """A server that was set up anew must be shown with the line that says otherwise, and be known once trusted."""
    introduce(home, server, "one")
    server.change_host_key()
    assert main(["server", "check", "ssh://one"]) == 4
    assert f"{home.known_hosts}:1" in capsys.readouterr().err
    assert main(["server", "trust", "ssh://one", "--fingerprint", server.fingerprint]) == 0
    assert f"another key, ssh-ed25519, at {home.known_hosts}:1" in capsys.readouterr().out
    assert main(["server", "check", "ssh://one"]) == 0


def test_a_mistyped_name_and_a_practice_swarm_are_told_as_that(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    """A name that is almost one must be asked back; a practice swarm has no key, and trust must say so."""
    assert main(["server", "check", "practise"]) == 2
    assert "Did you mean practice? Use one of" in capsys.readouterr().err
    assert main(["server", "trust", "practice"]) == 2
    assert "practice is a practice swarm on this machine and has no host key" in capsys.readouterr().err
