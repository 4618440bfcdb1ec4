"""Approvals that do not count: each ends with status 3, prints the digest that would, and writes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from coopnb.runner.models import find_model
from tests.runbook.headless import Ran, coopnb
from tests.runbook.places import Place, assert_nothing_done, assert_told, objects
from tests.runbook.spliced import spliced

pytestmark = pytest.mark.timeout(600)

HELLO = {"recipe": "hello", "domain": "hello.example.org"}
CASES = {
    "none": HELLO,
    "wrong": {**HELLO, "approve": "deadbeef", "reason": "first page"},
    "domain": {**HELLO, "approve": "hello.example.org", "reason": "first page"},
}
SOMEBODY_ELSE = """\
door = co.connect("practice")._engine
door.create("network", {"Name": "hello_example_org_internal", "Driver": "overlay", "Scope": "swarm"})
"""
"""What somebody else does to the swarm between two cells: the network that the plan would make is there by then."""


@pytest.fixture(scope="module")
def runs(shared_place: Place) -> dict[str, Ran]:
    """One run for each approval that does not count, all of the same plan."""
    before = objects(shared_place.engine)
    found = shared_place.deploy_all(CASES)
    planned = found["none"].facts("planned")["digest"][:8]
    found["no reason"] = shared_place.deploy(**HELLO, approve=planned)
    assert objects(shared_place.engine) == before
    return found


def test_without_an_approval_the_command_to_give_it_is_printed(runs: dict[str, Ran]) -> None:
    """A run without an approval must stop after the plan and print the whole command that goes on."""
    ran = runs["none"]
    digest = ran.facts("planned")["digest"][:8]

    assert_told(ran, 3, "NotApproved", "this plan waits for an approval; nothing was written", f"approve={digest}")
    assert_nothing_done(ran)
    again = (
        "  coopnb run deploy-app -p server=practice -p recipe=hello -p domain=hello.example.org "
        f"-p approve={digest} -p reason=..."
    )
    assert again in ran.out.splitlines()


@pytest.mark.parametrize("name", ["wrong", "domain"])
def test_a_wrong_approval_does_not_count(runs: dict[str, Ran], name: str) -> None:
    """Headless, only the digest of this very plan approves it: not another one, and not the app's domain."""
    ran = runs[name]
    digest = ran.facts("planned")["digest"][:8]
    given = CASES[name]["approve"]

    assert_told(ran, 3, "NotApproved", f"approve={given} is not the digest of this plan; nothing was written")
    assert f"approve={digest}" in ran.err
    assert "server practice, hello.example.org" in ran.err
    assert_nothing_done(ran)


def test_an_approval_needs_a_reason(runs: dict[str, Ran]) -> None:
    """The right digest without a reason must not count."""
    assert_told(runs["no reason"], 3, "NotApproved", "the approval has no reason; nothing was written", "reason=")
    assert_nothing_done(runs["no reason"])


def test_a_swarm_that_changed_since_the_plan_was_read_voids_its_approval(place: Place) -> None:
    """An approval for the plan of an earlier run must not count once the swarm changed, and what did is named."""
    planned = place.deploy(**HELLO)
    assert planned.status == 3
    made = {"Name": "hello_example_org_internal", "Driver": "overlay", "Scope": "swarm"}
    place.engine.create("network", made)
    before = objects(place.engine)

    ran = place.deploy(**HELLO, approve=planned.digest, reason="first page")

    digest = ran.facts("planned")["digest"][:8]
    assert digest != planned.digest
    assert_told(
        ran,
        3,
        "StalePlan",
        f"the swarm changed after plan {planned.digest} was made in run 1; its approval is void, nothing was written",
        "network hello_example_org_internal is there by now",
        "no longer: create network hello_example_org_internal",
        f"approve={digest}",
    )
    assert_nothing_done(ran)
    assert objects(place.engine) == before

    settings = place.root / "servers/practice/hello.example.org.env"
    settings.write_text(settings.read_text() + "GREETING=Welcome\n")
    other = place.deploy(**HELLO, approve=digest, reason="first page")

    assert_told(other, 3, "NotApproved", f"approve={digest} is for the plan of run 2, and the app's files or settings")
    assert_nothing_done(other)
    assert objects(place.engine) == before


def test_a_swarm_that_changes_between_plan_and_apply_stops_the_apply(place: Place, tmp_path: Path) -> None:
    """A plan that went stale inside one notebook must not be applied, though it was approved."""
    digest = place.digest(**HELLO)
    runbook = spliced(find_model("deploy-app"), tmp_path / "deploy-app.ipynb", before="apply", source=SOMEBODY_ELSE)

    ran = coopnb(place.root, "run", str(runbook), server="practice", **HELLO, approve=digest, reason="first page")

    assert_told(
        ran,
        3,
        "StalePlan",
        f"the swarm changed after the plan {digest} was made; its approval is void, nothing was written",
        "changed meanwhile: network hello_example_org_internal",
        "Run the plan cell again and read it. Headless: approve=",
    )
    assert_nothing_done(ran)
    assert objects(place.engine)["services"] == objects(place.engine)["configs"] == []
    fresh = ran.err.rpartition("approve=")[2].split()[0]
    done = place.deploy(**HELLO, approve=fresh, reason="first page")
    assert done.status == 0, done.out + done.err
