"""The testbed's sshd is a real one: strangers and wrong keys are refused, and connections can be cut under a client."""

from __future__ import annotations

import socket
import subprocess
import time
from pathlib import Path

import pytest

from tests.testbed.ssh import LOOPBACK, make_key, silent_port, sshd
from tests.testbed.ssh_client import Knows, client_home, introduce, ssh_agent

pytestmark = [pytest.mark.real, pytest.mark.timeout(60)]


def test_an_alias_with_its_own_port_reaches_the_engine_it_stands_for(ssh_folder: Path) -> None:
    """A command must run as root behind the alias, with the DOCKER_HOST of the server's engine and the docker CLI."""
    home = client_home(ssh_folder / "home")
    with sshd(ssh_folder / "server", "unix:///run/one.sock") as server:
        introduce(home, server, "one")
        said = home.run("ssh", "one", "id -un; echo $DOCKER_HOST; docker --version")
        assert said.stdout.splitlines()[:2] == ["root", "unix:///run/one.sock"], said.stderr
        assert said.stdout.splitlines()[2].startswith("Docker version 2")
        assert server.logins() == 1
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((LOOPBACK, server.port), 1)


@pytest.mark.parametrize(
    ("knows", "words"),
    [(Knows.NOTHING, "Host key verification failed"), (Knows.ANOTHER, "REMOTE HOST IDENTIFICATION HAS CHANGED")],
)
def test_openssh_refuses_a_host_key_that_it_does_not_expect(ssh_folder: Path, knows: Knows, words: str) -> None:
    """An unknown key must be refused with nobody to ask, a changed one always."""
    home = client_home(ssh_folder / "home")
    with sshd(ssh_folder / "server") as server:
        introduce(home, server, "one", knows=knows)
        said = home.run("ssh", "one", "true")
        assert said.returncode == 255
        assert words in said.stderr
        assert server.logins() == 0
        home.knows(server)
        assert home.run("ssh", "one", "true").returncode == 0
        before = server.fingerprint
        server.change_host_key()
        assert server.fingerprint != before
        assert "HAS CHANGED" in home.run("ssh", "one", "true").stderr


def test_a_key_with_a_passphrase_needs_somebody_to_ask_or_an_agent(ssh_folder: Path) -> None:
    """With nobody to ask the key must not open the door; an agent that holds it must."""
    home = client_home(ssh_folder / "home", passphrase="a rather long one")
    with sshd(ssh_folder / "server") as server:
        introduce(home, server, "one")
        assert "Permission denied" in home.run("ssh", "one", "true").stderr
        with ssh_agent(ssh_folder, home, "a rather long one") as agent:
            options = ("-o", f"IdentityAgent={agent}")
            assert home.run("ssh", *options, "one", "true").returncode == 0


def test_a_stranger_is_not_let_in(ssh_folder: Path) -> None:
    """A key that was not authorized must be refused."""
    home = client_home(ssh_folder / "home")
    with sshd(ssh_folder / "server") as server:
        home.add("one", server.port)
        home.knows(server)
        assert "Permission denied (publickey)" in home.run("ssh", "one", "true").stderr


def test_a_jump_goes_through_the_bastion(ssh_folder: Path) -> None:
    """With ProxyJump, the bastion must see a login before the server behind it does."""
    home = client_home(ssh_folder / "home")
    with sshd(ssh_folder / "bastion") as bastion, sshd(ssh_folder / "server", "unix:///run/far.sock") as server:
        introduce(home, bastion, "bastion")
        introduce(home, server, "far", jump="bastion")
        assert home.run("ssh", "far", "echo $DOCKER_HOST").stdout == "unix:///run/far.sock\n"
        assert (bastion.logins(), server.logins()) == (1, 1)


def test_a_connection_is_cut_under_its_client(ssh_folder: Path) -> None:
    """A cut must end the client's command at once, and the server must let the next one in."""
    home = client_home(ssh_folder / "home")
    with sshd(ssh_folder / "server") as server:
        introduce(home, server, "one")
        words = [str(home.path / "bin/ssh"), "one", "echo here; exec sleep 60"]
        command = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        assert command.stdout is not None
        assert command.stdout.readline() == b"here\n"
        with server.frozen():
            assert command.poll() is None
        assert server.cut() == 1
        assert command.wait(5) == 255
        command.stdout.close()
        assert home.run("ssh", "one", "true").returncode == 0


def test_a_silent_port_accepts_and_says_nothing() -> None:
    """A client must get its connection and then wait for as long as it likes."""
    with silent_port() as port, socket.create_connection((LOOPBACK, port), 1) as client:
        client.settimeout(0.3)
        begin = time.monotonic()
        with pytest.raises(TimeoutError):
            client.recv(1)
        assert time.monotonic() - begin >= 0.3


def test_keys_are_made_anew(tmp_path: Path) -> None:
    """A second key at the same place must be another one."""
    make_key(tmp_path / "key")
    first = (tmp_path / "key.pub").read_text()
    make_key(tmp_path / "key")
    assert (tmp_path / "key.pub").read_text() != first
