"""Kept states: listed, planned towards and gone back to, on a swarm, without any file of the machine."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

import coopnb as co
from coopnb.errors import InputError, PlanBlocked
from coopnb.model.plan import UpdateService
from coopnb.server import Server
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
