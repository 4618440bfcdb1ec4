"""Servers over ssh that are mute, strangers, or behind a locked key: told, and nothing is begun there."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from coopnb.server import Practising, plant_samples, start_practice, stop_practice
from coopnb.workspace import Workspace
from tests.runbook.headless import Ran, coopnb
from tests.runbook.places import assert_nothing_done, assert_told
from tests.testbed.ssh import LOOPBACK, SshServer, silent_port, sshd
from tests.testbed.ssh_client import Home, Knows, client_home, introduce

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home folder whose key has a passphrase that nobody will say, and one that has none."""
    made = client_home(tmp_path / "home")
    monkeypatch.setenv("HOME", str(made.path))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    return made


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A workspace with the sample recipes."""
    plant_samples(Workspace(tmp_path / "workspace"))
    return tmp_path / "workspace"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SshServer]:
    """An sshd, and behind it a practice swarm whose time is the machine's."""
    swarm = start_practice(tmp_path / "swarm", Practising(clock="real"))
    try:
        with sshd(tmp_path / "server", f"unix://{swarm.socket}") as running:
            yield running
    finally:
        stop_practice(tmp_path / "swarm")


def test_servers_that_cannot_be_reached_are_told(
    home: Home, workspace: Path, server: SshServer, tmp_path: Path
) -> None:
    """A mute server, a wrong host key and a locked key must each end with status 4, its cause, and what to do."""
    introduce(home, server, "stranger", knows=Knows.ANOTHER)
    locked = client_home(tmp_path / "locked", passphrase="a rather long one")
    server.authorize(locked.key.with_name("id_ed25519.pub"))
    trusted = tmp_path / "trusted"
    trusted.write_text(f"[{LOOPBACK}]:{server.port} {server.host_key}\n")
    home.add("locked", server.port, IdentityFile=str(locked.key), UserKnownHostsFile=str(trusted))

    def run(name: str) -> Ran:
        return coopnb(workspace, "run", "deploy-app", server=f"ssh://{name}", recipe="hello", domain=f"{name}.org")

    with silent_port() as port, ThreadPoolExecutor(2) as pool:
        home.add("mute", port)
        mute, stranger, shut = pool.map(run, ("mute", "stranger", "locked"))

    assert_told(mute, 4, "TimedOut", f"{LOOPBACK}, port {port} did not answer over ssh in time", "ssh -v mute")
    assert_told(
        stranger,
        4,
        "ConnectFailed",
        "shows another key than the one that is known",
        server.fingerprint,
        f"{home.known_hosts}:1",
        "coopnb server trust ssh://stranger",
    )
    assert_told(shut, 4, "ConnectFailed", f"the key {locked.key} needs a passphrase", f"ssh-add {locked.key}")
    for ran in (mute, stranger, shut):
        assert_nothing_done(ran)
    assert server.logins() == 0
