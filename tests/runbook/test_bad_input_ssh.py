"""Servers over ssh that are mute, strangers, behind a locked key, or gone in the middle: told, and nothing is lost."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from coopnb.server import Practising, plant_samples, start_practice, stop_practice
from coopnb.workspace import Workspace
from tests.runbook.headless import Ran, coopnb, deploy
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


def test_a_network_cut_after_the_first_write_loses_nothing(home: Home, workspace: Path, server: SshServer) -> None:
    """The run must end with status 4 and a ledger that tells what was done; run again, it does what is missing."""
    introduce(home, server, "one")
    chosen = {"server": "ssh://one", "recipe": "hello", "domain": "hello.example.org"}
    digest = coopnb(workspace, "run", "deploy-app", **chosen).digest
    held: list[Ran] = []
    running = threading.Thread(
        target=lambda: held.append(coopnb(workspace, "run", "deploy-app", **chosen, approve=digest, reason="a test"))
    )
    running.start()
    wait_for_a_write(workspace)
    server.stop()
    running.join(240)
    (cut,) = held

    assert cut.status == 4, cut.out + cut.err
    assert "ConnectFailed: " in cut.err and "  next   " in cut.err
    assert [entry for entry in cut.entries if entry["event"] == "operation"]
    assert cut.entries[-1]["facts"] == {"exit_status": 4}

    server.start()
    again = deploy(workspace, **chosen)
    assert again.status == 0, again.out + again.err
    assert "converged" in again.out or "Nothing to do" in again.out


def wait_for_a_write(workspace: Path) -> None:
    """Wait until a ledger tells of an operation."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        for ledger in workspace.glob("coopnb/runs/*/ledger.jsonl"):
            lines = [line for line in ledger.read_text().splitlines() if line.endswith("}")]
            if any(json.loads(line)["event"] == "operation" for line in lines):
                return
        time.sleep(0.01)
    raise AssertionError("no operation was begun")
