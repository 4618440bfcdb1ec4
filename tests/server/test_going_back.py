"""Kept states: listed, planned towards and gone back to, on a swarm, without any file of the machine."""

from __future__ import annotations

import json
import shutil
import socket
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

import coopnb as co
from coopnb.deploy.apply import apply as deploy_apply
from coopnb.deploy.writing import Act
from coopnb.errors import CoopError, InputError, LedgerError, PlanBlocked
from coopnb.model.plan import CreateConfig, UpdateService
from coopnb.plan.kept import state_before
from coopnb.server import Server, ask_states
from coopnb.show.state_form import state_label
from coopnb.workspace import Workspace
from tests.server.apps import applied, deployed

DOMAIN = "wiki.example.org"
OLD, NEW = "1.2.0+1.39.8", "1.3.0+1.39.17"


@pytest.fixture(scope="module")
def upgraded() -> Iterator[Server]:
    """A swarm on which a wiki was upgraded, seen from a machine that has no file of it; nobody may change it."""
    with co.practice_swarm() as server:
        _upgrade(server)
        yield server


@pytest.fixture
def own() -> Iterator[Server]:
    """The same, for one test that changes it."""
    with co.practice_swarm() as server:
        _upgrade(server)
        yield server


def _upgrade(server: Server) -> None:
    for version in (OLD, NEW):
        deployed(server, "wiki", version, DOMAIN)
    shutil.rmtree(server.workspace.servers)
    shutil.rmtree(server.workspace.recipes)


def test_states_are_listed_newest_first_with_the_one_that_runs(upgraded: Server) -> None:
    """Each state must say its version, its images and the one before; only what the services are like runs."""
    newest, oldest = upgraded.states(DOMAIN)
    assert [(state.version, state.runs, state.trouble) for state in (newest, oldest)] == [
        (NEW, True, ""),
        (OLD, False, ""),
    ]
    assert (newest.previous, oldest.previous) == (oldest.name, None)
    assert set(oldest.images) == {"mediawiki:1.39.8", "mariadb:10.11.8"}
    assert upgraded.states("wiki_example_org") == (newest, oldest)


def test_going_back_changes_what_the_upgrade_changed(upgraded: Server) -> None:
    """The plan must write only what differs, pinned to the digest of then, and keep a state of its own."""
    oldest = upgraded.states(DOMAIN)[-1]
    plan = upgraded.plan_state(DOMAIN, oldest.name)
    assert not plan.blocked
    assert (plan.version_before, plan.version_after) == (NEW, OLD)
    updates = [item for item in plan.operations if isinstance(item, UpdateService)]
    images = {item.spec["TaskTemplate"]["ContainerSpec"]["Image"] for item in updates}
    assert images == {f"{reference}@{digest}" for reference, digest in oldest.images.items()}
    assert plan.previous_state == upgraded.states(DOMAIN)[0].name
    assert plan.new_state not in (None, plan.previous_state, oldest.name)
    assert (
        plan.digest
        == upgraded.plan_state(DOMAIN, oldest.name.rpartition("_")[2]).digest
        == upgraded.replan(plan).digest
    )


def test_going_back_to_what_runs_is_nothing_to_do(upgraded: Server) -> None:
    """A state rebuilt from the swarm must equal the services that were deployed from the files, to the field."""
    assert upgraded.plan_state(DOMAIN, upgraded.states(DOMAIN)[0].name).nothing_to_do


def test_an_unknown_state_is_refused_with_those_there_are(upgraded: Server) -> None:
    """A mistyped state must be told beside the kept ones."""
    with pytest.raises(InputError, match="no state nonsense is kept") as refused:
        upgraded.plan_state(DOMAIN, "nonsense")
    for state in upgraded.states(DOMAIN):
        assert state.name in str(refused.value.what)


def test_going_back_is_watched_and_can_itself_be_undone(own: Server) -> None:
    """After it the old state must run, a state more must be kept, and the way forward must be as open."""
    newest, oldest = own.states(DOMAIN)
    report = applied(own, own.plan_state(DOMAIN, oldest.name)).wait()
    assert report.outcome == "converged"

    states = own.states(DOMAIN)
    assert [(state.version, state.runs) for state in states] == [(OLD, True), (NEW, False), (OLD, True)]
    assert states[0].previous == newest.name
    forward = own.plan_state(DOMAIN, newest.name)
    assert applied(own, forward).wait().outcome == "converged"
    assert own.states(DOMAIN)[0].version == NEW


def test_a_secret_that_is_gone_blocks_the_way_back(own: Server) -> None:
    """A state whose secret is not there must be an error of the plan, and no value may be made up."""
    oldest = own.states(DOMAIN)[-1]
    names = {service.name: service for service in own.snapshot(DOMAIN.replace(".", "_")).services}
    for service in names.values():
        own._engine.remove("service", service.id)
    [secret] = [item for item in own.snapshot("wiki_example_org").secrets if "root" in item.name]
    own._engine.remove("secret", secret.id)

    plan = own.plan_state(DOMAIN, oldest.name)
    assert [finding.rule for finding in plan.blocked] == ["secret-gone"]
    assert secret.name in plan.blocked[0].text
    assert not [item for item in plan.operations if item.kind == "secret"]
    with pytest.raises(PlanBlocked):
        applied(own, plan)


class _CutBeforeServices:
    """A ledger on a disk that is full by the time the services are announced."""

    def append_all(self, step: str, acts: Sequence[Act]) -> None:
        """Take everything up to the first service."""
        if any(facts.get("kind") == "service" for _, facts in acts):
            raise LedgerError("the disk is full")


def test_a_state_that_never_ran_says_so_and_is_no_default() -> None:
    """An upgrade cut before its services leaves a state; the way back must lead to the one that served, past it."""
    hello, domain = "hello", "hello.example.org"
    with co.practice_swarm() as server:
        deployed(server, hello, "1.0.0+1.26.3", domain)
        [served] = server.states(domain)
        upgrade = server.plan(co.load_app(domain, version="1.1.0+1.28.0", workspace=server.workspace))
        with pytest.raises(LedgerError):
            deploy_apply(server._engine, upgrade, _CutBeforeServices(), lambda wanted: {})
        cut, first = server.states(domain)
        assert (cut.version, cut.runs, cut.ran) == ("1.1.0+1.28.0", False, False)
        assert (first.name, first.runs, first.ran) == (served.name, True, True)

        settings = server.workspace.find_env_file(domain)
        settings.write_text(settings.read_text().replace("Hello from the commons", "Hello again"))
        deployed(server, hello, "1.0.0+1.26.3", domain)
        states = server.states(domain)
        settings.write_text(settings.read_text().replace("Hello again", "Hello for the last time"))
        deployed(server, hello, "1.0.0+1.26.3", domain)
        back = server.plan_state(domain, states[0].name)

    [kept] = [each for each in back.operations if each.verb == "create" and each.name.startswith("coopnb_")]
    assert isinstance(kept, CreateConfig)
    assert "found" not in json.loads(kept.data), "what it found then is not what is found now"
    assert [(state.runs, state.ran) for state in states] == [(True, True), (False, False), (False, True)]
    assert states[0].previous == cut.name
    assert states[0].content["found"] == served.name
    before = state_before(states)
    assert before is not None
    assert before.name == served.name
    assert state_label(states[1]).endswith("was not seen to run")


def test_a_setting_that_is_not_kept_does_not_hide_what_runs() -> None:
    """An app with a setting that looks secret must be seen to run as its newest state has it."""
    domain = "hello.example.org"
    with co.practice_swarm() as server:
        deployed(server, "hello", "1.0.0+1.26.3", domain)
        settings = server.workspace.find_env_file(domain)
        settings.write_text(settings.read_text() + "MAIL_PASSWORD=correct-horse-battery\n")
        deployed(server, "hello", "1.1.0+1.28.0", domain)
        states = server.states(domain)
    assert states[0].content["withheld"] == ["MAIL_PASSWORD"]
    assert [(state.runs, state.ran) for state in states] == [(True, True), (False, True)]
    assert "correct-horse" not in repr(states)


def test_states_can_be_asked_for_while_choosing(upgraded: Server, tmp_path: Path) -> None:
    """A form must get the same states; asking must start no practice swarm, and wait for no mute server."""
    assert ask_states(upgraded.identity.endpoint, DOMAIN, upgraded.workspace) == upgraded.states(DOMAIN)
    nowhere = Workspace(tmp_path)
    with pytest.raises(InputError, match="is not running"):
        ask_states("practice", DOMAIN, nowhere)
    assert not nowhere.practice.exists()
    with socket.socket(socket.AF_UNIX) as mute:
        mute.bind(str(tmp_path / "mute.sock"))
        mute.listen()
        began = time.monotonic()
        with pytest.raises(CoopError):
            ask_states(f"unix://{tmp_path / 'mute.sock'}", DOMAIN, nowhere, timeout=1)
        assert time.monotonic() - began < 30
