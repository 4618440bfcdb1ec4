"""Servers over ssh, against a real sshd: who is let in, who is refused in which words, and what a cut leaves."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import coopnb as co
from coopnb import observe
from coopnb.engine import connect
from coopnb.engine.known_hosts import trust
from coopnb.engine.ssh import seen_host_key
from coopnb.engine.wake import Wake
from coopnb.errors import ConnectFailed, InputError, TimedOut
from coopnb.server import roster
from coopnb.workspace import Workspace
from tests.testbed.ssh import LOOPBACK, SshServer, silent_port, sshd
from tests.testbed.ssh_client import Home, Knows, client_home, introduce, ssh_agent

pytestmark = pytest.mark.timeout(60)


@pytest.fixture(scope="module")
def swarm() -> Iterator[str]:
    """The socket of a practice swarm that stands behind every sshd here."""
    with co.practice_swarm() as server:
        yield server.identity.endpoint


@pytest.fixture
def server(swarm: str, tmp_path: Path) -> Iterator[SshServer]:
    """An sshd."""
    with sshd(tmp_path / "server", swarm) as running:
        yield running


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home folder with a key, without an agent."""
    return at_home(client_home(tmp_path / "home"), monkeypatch)


def at_home(home: Home, monkeypatch: pytest.MonkeyPatch) -> Home:
    """Be at home there."""
    monkeypatch.setenv("HOME", str(home.path))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    return home


def ssh_threads() -> list[str]:
    """The names of threads that an ssh connection has left."""
    return [type(thread).__name__ for thread in threading.enumerate() if "Transport" in type(thread).__name__]


def test_an_alias_with_its_own_port_is_a_server(home: Home, server: SshServer) -> None:
    """One connection must serve a whole snapshot, six calls, and be gone with its threads when it is closed."""
    introduce(home, server, "One.example")
    engine = connect("ssh://One.example")
    try:
        identity = observe.identify(engine, "one")
        assert identity.practice and identity.self_paced
        asked = engine.requests
        seen = observe.snapshot(engine, identity, "wiki")
        assert [node.hostname for node in seen.nodes] == ["node1", "node2", "node3"]
        assert engine.requests - asked == 6
        assert server.logins() == 1
    finally:
        engine.close()
    assert ssh_threads() == []


def test_calls_at_once_share_one_connection(home: Home, server: SshServer) -> None:
    """Where nothing keeps reads in order they are made at once, on channels of the one connection."""
    from dataclasses import replace

    introduce(home, server, "one")
    engine = connect("ssh://one")
    try:
        identity = replace(observe.identify(engine, "one"), self_paced=False)
        for _ in range(3):
            assert len(observe.snapshot(engine, identity, "wiki").nodes) == 3
        assert server.logins() == 1
    finally:
        engine.close()


def test_an_event_wakes_over_its_own_channel(home: Home, server: SshServer) -> None:
    """The engine's events must end a wait over ssh, and closing the watch must not wait for the next one."""
    introduce(home, server, "one")
    engine = connect("ssh://one")
    try:
        with Wake(engine) as wake:
            began = time.monotonic()
            spec = {"Name": "woken", "TaskTemplate": {"ContainerSpec": {"Image": "hello:1"}}}
            made = engine.create("service", spec)
            wake.wait(60)
            assert time.monotonic() - began < 20
            began = time.monotonic()
        assert time.monotonic() - began < 20
        engine.remove("service", made)
    finally:
        engine.close()


def test_a_jump_goes_through_another_server(home: Home, server: SshServer, swarm: str, tmp_path: Path) -> None:
    """``ProxyJump`` must be followed, and each hop logged in to once."""
    with sshd(tmp_path / "bastion", swarm) as bastion:
        introduce(home, bastion, "bastion")
        introduce(home, server, "inner", jump="bastion")
        engine = connect("ssh://inner")
        try:
            assert len(engine.nodes().body) == 3
        finally:
            engine.close()
        assert (bastion.logins(), server.logins()) == (1, 1)
    assert ssh_threads() == []


def test_an_included_config_counts(home: Home, server: SshServer) -> None:
    """``Include`` must be followed, as OpenSSH does."""
    introduce(home, server, "one")
    home.config.rename(home.path / ".ssh" / "servers.conf")
    home.config.write_text("Include servers.conf\n")
    engine = connect("ssh://one")
    engine.close()
    assert server.logins() == 1


def test_a_server_that_never_answers_is_given_up(home: Home) -> None:
    """Whoever accepts the connection and says nothing must be given up in time, in words with address and next step."""
    with silent_port() as port:
        home.add("mute", port)
        began = time.monotonic()
        with pytest.raises(TimedOut) as raised:
            connect("ssh://mute", timeout=2)
    assert time.monotonic() - began < 20
    assert f"{LOOPBACK}, port {port} did not answer over ssh in time" in str(raised.value)
    assert "ssh -v mute" in str(raised.value)
    assert ssh_threads() == []


def test_an_unknown_host_key_is_refused_and_can_be_trusted(home: Home, server: SshServer) -> None:
    """An unknown key must be refused with its fingerprint and the command; once it is trusted the server is reached."""
    introduce(home, server, "one", knows=Knows.NOTHING)
    with pytest.raises(ConnectFailed) as raised:
        connect("ssh://one")
    said = str(raised.value)
    assert "is not known yet" in said
    assert server.fingerprint in said
    assert "coopnb server trust ssh://one" in said
    assert server.logins() == 0

    seen = seen_host_key("ssh://one", 10)
    assert (seen.standing, seen.fingerprint) == ("unknown", server.fingerprint)
    trust(seen)
    connect("ssh://one").close()
    assert server.logins() == 1


def test_a_changed_host_key_is_refused_with_the_line_that_says_otherwise(home: Home, server: SshServer) -> None:
    """Another key than the known one must be refused with both; trusting it takes the old line out and keeps a copy."""
    introduce(home, server, "one")
    server.change_host_key()
    with pytest.raises(ConnectFailed) as raised:
        connect("ssh://one")
    said = str(raised.value)
    assert "shows another key than the one that is known" in said
    assert server.fingerprint in said
    assert f"{home.known_hosts}:1" in said
    assert server.logins() == 0

    trust(seen_host_key("ssh://one", 10))
    connect("ssh://one").close()
    assert len(home.known_hosts.read_text().splitlines()) == 1
    assert home.known_hosts.with_name("known_hosts.old").exists()


def test_a_hashed_line_is_known(home: Home, server: SshServer) -> None:
    """A hashed host must be found, as Debian writes them."""
    introduce(home, server, "one")
    assert home.run("ssh-keygen", "-H", "-f", str(home.known_hosts)).returncode == 0
    assert home.known_hosts.read_text().startswith("|1|")
    connect("ssh://one").close()
    assert server.logins() == 1


def test_a_key_with_a_passphrase_needs_an_agent(
    tmp_path: Path, server: SshServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With nobody to ask, the key's file and ssh-add must be named; with an agent that holds it the door is open."""
    home = at_home(client_home(tmp_path / "home", passphrase="a rather long one"), monkeypatch)
    introduce(home, server, "one")
    with pytest.raises(ConnectFailed) as raised:
        connect("ssh://one")
    assert f"the key {home.key} needs a passphrase, and there is nobody to ask for it" in str(raised.value)
    assert f"ssh-add {home.key}" in str(raised.value)

    with ssh_agent(tmp_path, home, "a rather long one") as agent:
        monkeypatch.setenv("SSH_AUTH_SOCK", str(agent))
        connect("ssh://one").close()
    assert server.logins() == 1


def test_a_key_that_the_server_does_not_take_is_named(home: Home, server: SshServer) -> None:
    """Where no key opens, the error must say for whom and which keys were offered."""
    introduce(home, server, "one")
    (server.directory / "authorized_keys").write_text("")
    with pytest.raises(ConnectFailed) as raised:
        connect("ssh://one")
    assert f"{LOOPBACK} does not let root in with any of your keys" in str(raised.value)
    assert str(home.key) in str(raised.value)
    assert ssh_threads() == []


def test_a_cut_connection_is_told_and_the_next_call_connects_anew(home: Home, server: SshServer) -> None:
    """A request whose connection is cut must be a TransportError that says what next; the next one must connect."""
    introduce(home, server, "one")
    engine = connect("ssh://one", timeout=5)
    try:
        engine.nodes()
        held: list[BaseException] = []

        def ask() -> None:
            try:
                engine.nodes()
            except BaseException as error:
                held.append(error)

        with server.frozen():
            asking = threading.Thread(target=ask)
            asking.start()
            time.sleep(0.2)
            server.cut()
        asking.join(10)
        (error,) = held
        assert isinstance(error, ConnectFailed)
        assert "the connection to the server broke" in str(error)
        assert "Run the step again" in str(error)
        assert len(engine.nodes().body) == 3
        assert server.logins() == 2
    finally:
        engine.close()


def test_a_frozen_server_is_given_up(home: Home, server: SshServer) -> None:
    """A connection that stands still must be given up after the request's time."""
    introduce(home, server, "one")
    engine = connect("ssh://one", timeout=2)
    try:
        with server.frozen():
            began = time.monotonic()
            with pytest.raises(TimedOut, match="did not answer GET /nodes in time"):
                engine.nodes()
            assert time.monotonic() - began < 20
    finally:
        engine.close()


def test_a_server_without_an_engine_says_why(home: Home, tmp_path: Path) -> None:
    """Where no engine stands behind the sshd, what its docker says must be told."""
    with sshd(tmp_path / "server", "unix:///nowhere.sock") as server:
        introduce(home, server, "one")
        with pytest.raises(ConnectFailed, match=r"dial unix /nowhere\.sock"):
            connect("ssh://one")


def test_the_roster_has_good_and_bad_servers(home: Home, server: SshServer, tmp_path: Path) -> None:
    """One that lives, one that is mute, one that is unknown: a row each, and the live one first to answer."""
    introduce(home, server, "one")
    workspace = Workspace(tmp_path / "workspace")
    with silent_port() as port:
        home.add("mute", port)
        rows = roster(workspace, ("ssh://mute", "ssh://one", "ssh://nobody.invalid"), timeout=4)
    assert [row.usable for row in rows] == [False, True, False]
    assert "in time" in rows[0].error or "no answer" in rows[0].error
    assert rows[2].error


@pytest.mark.parametrize(
    "url",
    ["ssh://", "ssh://ana:secret@host", "ssh://-oProxyCommand=x", "ssh://host/path", "ssh://host:port", "ssh://a b"],
)
def test_what_is_no_address_is_wrong_input(home: Home, url: str) -> None:
    """A URL that cannot be one must be refused before anything is opened, and a password never shown."""
    with pytest.raises(InputError) as raised:
        connect(url)
    assert "secret" not in str(raised.value)
