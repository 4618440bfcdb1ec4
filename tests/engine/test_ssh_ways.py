"""The ways to a server that an ssh config can name, and servers that fail half way, against real ones on loopback."""

from __future__ import annotations

import os
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import paramiko
import pytest
from paramiko.common import AUTH_PARTIALLY_SUCCESSFUL, AUTH_SUCCESSFUL, OPEN_SUCCEEDED

import coopnb as co
from coopnb import observe
from coopnb.engine import connect
from coopnb.engine.ssh import seen_host_key
from coopnb.errors import ConnectFailed, TimedOut
from tests.testbed.processes import children
from tests.testbed.ssh import LOOPBACK, SshServer, make_key, sshd
from tests.testbed.ssh_client import Home, client_home, introduce, ssh_agent

pytestmark = pytest.mark.timeout(60)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SshServer]:
    """An sshd with a practice swarm behind it, which has a large config."""
    with co.practice_swarm() as swarm, sshd(tmp_path_factory.mktemp("server"), swarm.identity.endpoint) as running:
        with closing(connect(swarm.identity.endpoint)) as door:
            door.create("config", {"Name": "wiki_large", "Data": "eHh4" * 20_000})
        yield running


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home folder with a key, without an agent."""
    made = client_home(tmp_path / "home")
    monkeypatch.setenv("HOME", str(made.path))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    return made


def reach(url: str) -> int:
    """Connect and count the nodes."""
    engine = connect(url, timeout=10)
    try:
        return len(engine.nodes().body)
    finally:
        engine.close()


def test_a_proxy_command_carries_the_connection(home: Home, server: SshServer) -> None:
    """``ProxyCommand ssh -W`` must be gone through with its tokens, and leave no process behind."""
    introduce(home, server, "bastion")
    home.add("inner", server.port, ProxyCommand=f"{home.path}/bin/ssh -q -W %h:%p bastion")
    before, began = children(os.getpid()), server.logins()

    assert reach("ssh://inner") == 3

    assert server.logins() - began == 2
    assert children(os.getpid()) == before


@pytest.mark.parametrize(
    ("command", "kind", "says"),
    [
        ("sh -c 'echo no road to the bastion >&2; exit 7'", ConnectFailed, "status 7: no road to the bastion"),
        ("no-such-program-anywhere", ConnectFailed, "not found"),
        ("cat /dev/null", ConnectFailed, "ended with status 0"),
        ("sleep 600", TimedOut, "did not answer over ssh in time"),
    ],
)
def test_a_proxy_command_that_leads_nowhere_is_told(home: Home, command: str, kind: type[Exception], says: str) -> None:
    """Its own words must be told, a silent one be given up, and nothing of it may run on."""
    home.add("one", 22, ProxyCommand=command)
    before = children(os.getpid())

    with pytest.raises(kind) as raised:
        connect("ssh://one", timeout=2)

    assert says in str(raised.value) and "ssh -v one" in str(raised.value)
    assert children(os.getpid()) == before


def test_a_key_is_known_under_its_alias(home: Home, server: SshServer) -> None:
    """``HostKeyAlias`` must be the name that is looked up, without a port."""
    server.authorize(home.key.with_name("id_ed25519.pub"))
    home.known_hosts.write_text(f"the-wiki {server.host_key}\n")
    home.add("one", server.port, HostKeyAlias="the-wiki")

    assert reach("ssh://one") == 3


def test_a_revoked_key_is_refused(home: Home, server: SshServer) -> None:
    """A key that is marked as revoked must be refused although it is known, and the line be named."""
    introduce(home, server, "one")
    home.known_hosts.write_text(home.known_hosts.read_text() + f"@revoked * {server.host_key}\n")
    began = server.logins()

    with pytest.raises(ConnectFailed, match="marked as revoked") as raised:
        connect("ssh://one")

    assert f"{home.known_hosts}:2" in str(raised.value) and "never to be trusted" in str(raised.value)
    assert server.logins() == began
    assert seen_host_key("ssh://one", 10).standing == "revoked"


def test_an_agent_with_other_keys_is_passed_by(
    home: Home, server: SshServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Too many wrong keys must be told with the way out; with ``IdentitiesOnly`` the named key alone is offered."""
    introduce(home, server, "named")
    home.add("any", server.port, IdentitiesOnly="no")
    others = [tmp_path / f"other{number}" for number in range(6)]
    for other in others:
        make_key(other)
    with ssh_agent(tmp_path, Home(home.path)) as agent:
        monkeypatch.setenv("SSH_AUTH_SOCK", str(agent))
        subprocess.run(["ssh-add", "-q", "-D"], check=True, timeout=20, capture_output=True)
        subprocess.run(["ssh-add", "-q", *others], check=True, timeout=20)

        assert reach("ssh://named") == 3
        with pytest.raises(ConnectFailed) as raised:
            connect("ssh://any")

    assert "does not let root in with any of your keys" in str(raised.value)
    assert "IdentitiesOnly yes" in str(raised.value)


def test_a_locked_key_and_an_agent_with_another_one(
    tmp_path: Path, server: SshServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the agent has another key, the locked one must be named with ssh-add, and what was offered."""
    home = client_home(tmp_path / "home", passphrase="a rather long one")
    monkeypatch.setenv("HOME", str(home.path))
    stranger = client_home(tmp_path / "stranger")
    introduce(home, server, "one")
    home.add("any", server.port, IdentitiesOnly="no")
    with ssh_agent(tmp_path, stranger) as agent:
        monkeypatch.setenv("SSH_AUTH_SOCK", str(agent))
        with pytest.raises(ConnectFailed) as raised:
            connect("ssh://any")

    said = str(raised.value)
    assert f"the key {home.key} needs a passphrase" in said and f"ssh-add {home.key}" in said
    assert "offered: ssh-ed25519 (agent)" in said


def test_a_public_half_names_the_agents_key(
    home: Home, server: SshServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``IdentityFile key.pub`` must mean the agent's other half, through the agent that ``IdentityAgent`` names."""
    server.authorize(home.key.with_name("id_ed25519.pub"))
    home.knows(server)
    public = home.key.rename(tmp_path / "away").with_name("id_ed25519.pub")
    (home.path / ".ssh" / "id_ed25519.pub").rename(public)
    private = Home(tmp_path / "elsewhere")
    (private.path / ".ssh").mkdir(parents=True)
    (tmp_path / "away").rename(private.key)
    with ssh_agent(tmp_path, private) as agent:
        home.add("one", server.port, IdentityFile=str(public), IdentityAgent=str(agent))
        assert reach("ssh://one") == 3


def test_an_agent_that_does_not_answer_is_told(home: Home, server: SshServer, tmp_path: Path) -> None:
    """A mute agent must not hang a connection, and be told of where no other key opens."""
    home.knows(server)
    make_key(home.key)
    with socket.socket(socket.AF_UNIX) as mute:
        mute.bind(str(tmp_path / "mute.sock"))
        mute.listen()
        home.add("one", server.port, IdentityAgent=str(tmp_path / "mute.sock"))
        with pytest.raises((ConnectFailed, TimedOut)) as raised:
            connect("ssh://one", timeout=2)

    assert f"the agent at {tmp_path}/mute.sock: timed out" in str(raised.value)


@pytest.mark.parametrize("and_then", ["kill -9 $$", "kill -9 $PPID"])
def test_a_server_that_dies_within_an_answer_is_told(home: Home, server: SshServer, and_then: str) -> None:
    """Half an answer must be an error that says what next, never a smaller swarm; then the next look succeeds."""
    introduce(home, server, "one")
    keys, public = server.directory / "authorized_keys", home.key.with_name("id_ed25519.pub").read_text()
    with closing(connect("ssh://one", timeout=10)) as engine:
        identity = observe.identify(engine, "one")
        whole = observe.snapshot(engine, identity, "wiki")
    half = f"docker system dial-stdio | {{ dd bs=1 count=30000 status=none; {and_then}; }}"
    keys.write_text(f'command="{half}" {public}')
    with closing(connect("ssh://one", timeout=10)) as engine, pytest.raises(ConnectFailed) as raised:
        observe.snapshot(engine, identity, "wiki")
    assert "the server" in str(raised.value) and raised.value.hint

    keys.write_text(public)
    with closing(connect("ssh://one", timeout=10)) as engine:
        assert observe.snapshot(engine, identity, "wiki").nodes == whole.nodes


def test_a_line_on_which_nothing_comes_back_is_given_up(home: Home, server: SshServer) -> None:
    """When a connection stands still, calls must end in time, and after it the server be reached on a new one."""
    introduce(home, server, "one")
    engine = connect("ssh://one", timeout=2)
    try:
        began = server.logins()
        with server.frozen():
            for _ in range(2):
                with pytest.raises(TimedOut):
                    engine.nodes()
        assert len(engine.nodes().body) == 3
        assert server.logins() - began == 1
    finally:
        engine.close()


class _Odd(paramiko.ServerInterface):
    """An ssh server that wants a code after the key, or never starts what it is asked to start."""

    def __init__(self, wants_code: bool, ended: threading.Event) -> None:
        self._wants_code, self._ended = wants_code, ended

    def get_allowed_auths(self, username: str) -> str:
        """What it would take."""
        return "keyboard-interactive" if self._wants_code else "publickey"

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        """Take every key."""
        return AUTH_PARTIALLY_SUCCESSFUL if self._wants_code else AUTH_SUCCESSFUL

    def check_channel_request(self, kind: str, chanid: int) -> int:
        """Open every channel."""
        return OPEN_SUCCEEDED

    def check_channel_exec_request(self, channel: paramiko.Channel, command: bytes) -> bool:
        """Answer when it is too late."""
        self._ended.wait(30)
        return False


@contextmanager
def odd_server(home: Home, *, wants_code: bool) -> Iterator[None]:
    """Run an odd server, known to the home as ``odd``."""
    key, ended = paramiko.ECDSAKey.generate(), threading.Event()
    with socket.create_server((LOOPBACK, 0)) as listening:
        port = listening.getsockname()[1]
        home.add("odd", port)
        home.known_hosts.write_text(f"[{LOOPBACK}]:{port} {key.get_name()} {key.get_base64()}\n")

        def serve() -> None:
            transport = paramiko.Transport(listening.accept()[0])
            transport.add_server_key(key)
            with suppress(EOFError, paramiko.SSHException):
                transport.start_server(server=_Odd(wants_code, ended))
            ended.wait(30)
            transport.close()
            transport.join(5)

        serving = threading.Thread(target=serve)
        serving.start()
        try:
            yield
        finally:
            ended.set()
            serving.join(10)


def test_a_server_that_never_starts_the_command_is_given_up(home: Home) -> None:
    """One that opens a channel and does not answer what it is asked to run must be given up in time."""
    began = time.monotonic()
    with odd_server(home, wants_code=False), pytest.raises(TimedOut, match="GET /version in time"):
        connect("ssh://odd", timeout=2)
    assert time.monotonic() - began < 20


def test_a_server_that_wants_a_code_too_is_told(home: Home) -> None:
    """A key that is taken and not enough must be told as that, with what is asked for."""
    with odd_server(home, wants_code=True), pytest.raises(ConnectFailed) as raised:
        connect("ssh://odd", timeout=5)
    assert "takes the key of root and asks for more: keyboard-interactive" in str(raised.value)
    assert "types no password and no code" in str(raised.value)
