"""Errors of a recipe that an operator accepts by name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import coopnb as co
from coopnb.errors import InputError, NotApproved, PlanBlocked
from coopnb.model.app import App
from coopnb.model.plan import Approval, Plan
from coopnb.record.lines import parse_ledger
from coopnb.server import Server, with_accepted
from coopnb.server.recipes import as_it_lies, sample_app
from coopnb.show.plan import plan_output
from coopnb.show.widgets import gate_sentence
from tests.nouns import START
from tests.recipe.reading import write
from tests.server.apps import applied

COMPOSE = "services:\n  app:\n    image: nginx:1.27\n    restart: 'no'\n    deploy: {update_config: {monitor: 100ms}}\n"
SAMPLE = "TYPE=choir\nDOMAIN=choir.example.com\n"


def app(root: Path, compose: str = COMPOSE) -> App:
    """An app of one file."""
    return sample_app(as_it_lies(write(root / "choir", {"compose.yml": compose, ".env.sample": SAMPLE})))


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A swarm of this module's own."""
    with co.practice_swarm() as lent:
        yield lent


@pytest.fixture
def blocked(server: Server, tmp_path: Path) -> Plan:
    """A plan with one error that may be accepted."""
    return server.plan(app(tmp_path))


def test_a_plan_says_what_can_be_accepted(server: Server, blocked: Plan) -> None:
    """A blocked plan must be refused with the name that accepts its error."""
    with pytest.raises(PlanBlocked) as caught:
        server.apply(blocked, Approval(blocked.digest, "ana@laptop", "a test", START))
    assert "accept=restart-no-restarts" in (caught.value.hint or "")


def test_an_accepted_error_blocks_no_longer_and_is_shown(server: Server, blocked: Plan, tmp_path: Path) -> None:
    """The plan, the gate and the digest must say what was accepted; then it can be applied."""
    plan = with_accepted(blocked, " restart-no-restarts, ")
    assert plan.blocked == () and [each.rule for each in plan.taken_on] == ["restart-no-restarts"]
    assert plan.digest != blocked.digest
    assert "! accepted restart-no-restarts  compose.yml:4" in plan_output(plan).text
    assert "To approve" in plan_output(plan).text
    assert gate_sentence(plan).endswith("otherwise than meant: restart-no-restarts.")
    assert applied(server, plan).wait().outcome == "converged"
    assert with_accepted(server.plan(app(tmp_path)), "restart-no-restarts").nothing_to_do


def test_a_ledger_of_the_swarms_own_tells_what_was_accepted(server: Server, tmp_path: Path) -> None:
    """Applied from Python, without a runbook, the run's ledger must have the plan, and what its approval accepted."""
    place = server.workspace
    before = set(place.runs.glob("*/ledger.jsonl"))
    text = COMPOSE.replace("nginx:1.27", "nginx:1.26.3")
    plan = with_accepted(server.plan(app(tmp_path, text)), "restart-no-restarts")
    assert applied(server, plan).wait().outcome == "converged"
    [ledger] = set(place.runs.glob("*/ledger.jsonl")) - before
    told = {entry.event: entry.facts for entry in parse_ledger(ledger.read_bytes()).entries}
    assert list(told)[:3] == ["opened", "planned", "approved"]
    assert told["planned"]["digest"] == told["approved"]["digest"] == plan.digest
    assert told["approved"]["accepted"] == told["planned"]["accepted"] == "restart-no-restarts"
    assert told["approved"]["by"] == "ana@laptop" and told["approved"]["reason"] == "a test"


def test_the_way_back_to_what_was_accepted_is_not_blocked(server: Server, tmp_path: Path) -> None:
    """A kept state must be reached again without accepting anew; what it was applied with is told as a warning."""
    with_error = with_accepted(server.plan(app(tmp_path)), "restart-no-restarts")
    assert with_error.nothing_to_do or applied(server, with_error).wait().outcome == "converged"
    mended = server.plan(app(tmp_path, COMPOSE.replace("    restart: 'no'\n", "    user: nobody\n")))
    assert applied(server, mended).wait().outcome == "converged"
    before = server.states("app.example.com")[1]
    plan = server.plan_state("app.example.com", before.name)
    told = [(each.severity, each.rule) for each in plan.findings]
    assert plan.blocked == () and not plan.nothing_to_do and ("warning", "restart-no-restarts") in told


def test_an_approval_of_the_plan_before_is_none(server: Server, tmp_path: Path) -> None:
    """An approval must be for what was accepted, too: neither the plan's own nor that of fewer errors may do."""
    text = COMPOSE.replace("nginx:1.27", "nginx:1.28.0") + "    hostname: ${NOWHERE}\n"
    found = server.plan(app(tmp_path, text))
    both = with_accepted(found, "restart-no-restarts host-needs-a-setting")
    with pytest.raises(NotApproved):
        server.apply(both, Approval(found.digest, "ana@laptop", "a test", START))
    with pytest.raises(PlanBlocked, match="1 finding"):
        one = with_accepted(found, "restart-no-restarts")
        server.apply(one, Approval(one.digest, "ana@laptop", "a test", START))


def test_one_more_error_of_an_accepted_rule_needs_an_approval_of_its_own(blocked: Plan) -> None:
    """A name accepts what the plan shows, so another place must make another digest."""
    plan = with_accepted(blocked, "restart-no-restarts")
    [error] = plan.taken_on
    more = replace(plan, findings=(*plan.findings, replace(error, path=("services", "other", "restart"))))
    assert more.blocked == () and more.digest != plan.digest


def test_what_is_accepted_must_be_there(blocked: Plan) -> None:
    """A name that no error has must be refused, with those there are."""
    with pytest.raises(InputError, match="restart-never is no error of this plan") as caught:
        with_accepted(blocked, "restart-never")
    assert caught.value.hint == "these can be accepted: restart-no-restarts"


def test_what_is_missing_in_the_swarm_cannot_be_accepted(server: Server, tmp_path: Path) -> None:
    """An error that is not a matter of reading must be mended, whatever is accepted."""
    text = "services:\n  app:\n    image: nginx:1.27\n    networks: [n]\nnetworks: {n: {external: true, name: gone}}\n"
    plan = server.plan(app(tmp_path, text))
    [error] = plan.blocked
    with pytest.raises(InputError, match="cannot be accepted, it has to be mended"):
        with_accepted(plan, error.rule)


def test_without_a_name_nothing_is_accepted(blocked: Plan) -> None:
    """A blank parameter must leave the plan as it is, its digest included."""
    assert with_accepted(blocked, "  ") == blocked
