"""The book of app-is-down on a practice swarm, headless: what it masks, what it refuses, how it closes."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from coopnb.record.fingerprints import remember
from coopnb.server import connect
from coopnb.workspace import Workspace
from tests.runbook.bringing import bring
from tests.runbook.headless import coopnb
from tests.runbook.places import Place, practice_place, record_text

DOMAIN = "hello.example.org"
OLD, NEW = "1.0.0+1.26.3", "1.1.0+1.28.0"
APP = {"server": "practice", "domain": DOMAIN}
BACK = {"remedy": "roll-back", "state": "previous", "reason": "the new page is broken"}

KNOWN = "Zk3mQ9vT1xLr8WbN4yHs6DfG2jKp7CqE"
FOREIGN = "aB9xY2cD8wE7vF6uG5tH4sI3rJ2qK1pL"
WORLD = f"""
nodes: 1
networks:
  - {{name: proxy, attachable: true}}
images:
  - match: "nginx:*"
    behaviour: crash
    logs: ["password is {KNOWN}", "token {FOREIGN}", "\\u001b[2J\\u202egnp"]
"""


def test_known_secrets_in_logs_are_masked_and_others_are_told_of(tmp_path: Path) -> None:
    """A value known by its fingerprint must not reach any file of the run; one made elsewhere must be owned up to."""
    world = tmp_path / "world.yaml"
    world.write_text(WORLD)
    root = tmp_path / "workspace"
    root.mkdir()
    with practice_place(root, world=world) as place:
        workspace = Workspace(root)
        remember(workspace.fingerprints, "db_password", KNOWN)
        digest = place.digest("hello", "hello.example.org")
        place.deploy(recipe="hello", domain="hello.example.org", approve=digest, reason="a test")
        with closing(connect("practice", workspace=workspace)) as server:
            log = server.gather("hello.example.org").evidence[0].log
        ran = coopnb(root, "run", "app-is-down", server="practice", domain="hello.example.org", remedy="none")

    assert ran.status == 1, ran.out + ran.err
    assert "password is [masked db_password]" in log
    assert r"\x1b[2J\u202egnp" in log
    texts = [path.read_text() for path in ran.folder.iterdir() if path.is_file()]
    assert not any(KNOWN in text for text in (*texts, ran.out, ran.err))
    assert FOREIGN in ran.out
    assert "made elsewhere stands as it is" in ran.out
    record = (ran.folder / "app-is-down.record.html").read_text()
    assert "a secret never known in this workspace is not recognised there" in record
    assert "not closed" in record


def test_a_rollback_is_pinned_where_the_settings_are(place: Place, tmp_path: Path) -> None:
    """After it was seen to run, the settings must name its version, which outputs, ledger and record must say."""
    for version in (OLD, NEW):
        bring(place.root, "hello", version, DOMAIN)
    settings = place.root / "servers" / "practice" / f"{DOMAIN}.env"
    before = settings.read_text()
    with closing(connect("practice", workspace=Workspace(place.root))) as server:
        [previous] = [state.name for state in server.states(DOMAIN) if state.version == OLD]
        digest = server.plan_state(DOMAIN, previous).short_digest

    ran = coopnb(place.root, "run", "app-is-down", **APP, **BACK, approve=digest)
    assert ran.status == 0, ran.out + ran.err
    assert settings.read_text() == before.replace(f"TYPE=hello:{NEW}", f"TYPE=hello:{OLD}")
    file = f"servers/practice/{DOMAIN}.env"
    out = " ".join(ran.out.split())
    assert f"The settings now name hello {OLD}, which runs; they named hello {NEW}. Written: {file}" in out
    assert f"settings {file} names hello {OLD}, which runs." in out
    assert ran.facts("settings") == {"file": file, "set": {"TYPE": f"hello:{OLD}"}}
    events = [entry["event"] for entry in ran.entries]
    assert events.index("outcome") < events.index("settings") < events.index("closed")
    assert f"writes into {file}: TYPE=hello:{OLD}" in record_text(ran)

    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    away = {**APP, "server": place.engine.url}
    with closing(connect(place.engine.url, workspace=Workspace(elsewhere))) as server:
        [newer] = [state.name for state in server.states(DOMAIN) if state.version == NEW]
        digest = server.plan_state(DOMAIN, newer).short_digest
    ran = coopnb(elsewhere, "run", "app-is-down", **away, **{**BACK, "state": newer}, approve=digest)
    assert ran.status == 0, ran.out + ran.err
    assert " ".join(ran.out.split()).count(f"This machine has no settings of {DOMAIN}") == 2
    assert not [entry for entry in ran.entries if entry["event"] == "settings"]
    assert not list(elsewhere.glob("servers/*/*.env"))


def test_a_restart_leaves_the_settings_alone(place: Place) -> None:
    """A remedy that brings no version must write none, though the settings name another than the one that runs."""
    bring(place.root, "hello", NEW, DOMAIN)
    settings = place.root / "servers" / "practice" / f"{DOMAIN}.env"
    settings.write_text(settings.read_text().replace(f"hello:{NEW}", f"hello:{OLD}"))
    before = settings.read_text()
    with closing(connect("practice", workspace=Workspace(place.root))) as server:
        digest = server.plan_restart(DOMAIN).short_digest

    ran = coopnb(place.root, "run", "app-is-down", **APP, remedy="restart", reason="it hangs", approve=digest)
    assert ran.status == 0, ran.out + ran.err
    assert settings.read_text() == before
    assert not [entry for entry in ran.entries if entry["event"] == "settings"]


@pytest.mark.parametrize(
    ("given", "status", "words"),
    [
        ({}, 2, "no remedy was chosen yet"),
        ({"remedy": "reboot"}, 2, "there is no remedy reboot"),
        ({"remedy": "scale"}, 2, "scale needs: service, replicas"),
        ({"remedy": "roll-back", "state": "previous"}, 2, "no other state of gone.example.org is kept"),
        ({"remedy": "none"}, 1, "gone.example.org is not up"),
    ],
)
def test_what_cannot_be_decided_is_refused(tmp_path: Path, given: dict[str, str], status: int, words: str) -> None:
    """A remedy that is blank, unknown or not whole must be refused, and an app that is not there is not up."""
    with practice_place(tmp_path):
        ran = coopnb(tmp_path, "run", "app-is-down", server="practice", domain="gone.example.org", **given)
    assert ran.status == status, ran.out + ran.err
    assert words in ran.err
    assert not [entry for entry in ran.entries if entry["event"] in ("applying", "operation")]
