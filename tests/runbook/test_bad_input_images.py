"""Apps that the swarm takes and that never come up: told with the evidence, never as a success."""

from __future__ import annotations

import time

import pytest

from tests.runbook.headless import coopnb
from tests.runbook.places import Place, assert_told, objects, record_text
from tests.testbed.engine import RealEngine

pytestmark = pytest.mark.timeout(600)

WIKI = {"recipe": "wiki", "domain": "wiki.example.org"}
NEVER_HEALTHY = "1.4.0+1.43.0"


def test_an_upgrade_that_never_becomes_healthy_is_rolled_back(place: Place) -> None:
    """An upgrade whose tasks never pass their health check must end with status 1, and the old version serves."""
    first = place.approved(**WIKI, version="1.3.0+1.39.17")
    assert first.status == 0, first.out + first.err

    ran = place.approved(**WIKI, version=NEVER_HEALTHY, reason="the new release")

    assert_told(
        ran,
        1,
        "NotConverged",
        "wiki_example_org_app did not become healthy and was rolled back to 1.3.0+1.39.17, which serves",
        "wiki_example_org_app.1",
        "unhealthy",
        "PHP Fatal error",
        f"server practice, wiki.example.org, version {NEVER_HEALTHY}",
        "mend the recipe or a setting, then plan again",
    )
    assert ran.facts("outcome")["outcome"] == "rolled back"
    assert "rolled back" in record_text(ran)
    assert "Nothing was changed" not in ran.out
    settings = (place.root / "servers/practice/wiki.example.org.env").read_text()
    assert "TYPE=wiki:1.3.0+1.39.17" in settings
    app = next(item for item in place.engine.services("wiki_example_org").body if item["Spec"]["Name"].endswith("_app"))
    assert app["Spec"]["TaskTemplate"]["ContainerSpec"]["Image"].startswith("mediawiki:1.39.17")


def test_a_first_deploy_that_never_becomes_healthy_times_out(place: Place) -> None:
    """A first deploy has nothing to roll back to: it must time out with status 1, and say what is not healthy."""
    ran = place.approved(**WIKI, version=NEVER_HEALTHY)

    assert_told(
        ran,
        1,
        "NotConverged",
        "wiki_example_org_app did not get there within 120 s",
        "wiki_example_org_app.1 on node",
        "unhealthy",
        "It may still get there",
    )
    assert ran.facts("outcome")["outcome"] == "timed out"
    assert [item["service"] for item in ran.facts("outcome")["evidence"]] == ["wiki_example_org_app"]
    assert "timed out" in record_text(ran)
    assert objects(place.engine)["services"] == ["wiki_example_org_app", "wiki_example_org_db"]


@pytest.mark.real
def test_an_image_that_does_not_exist_is_told_soon_on_a_real_engine(real_engine: RealEngine, place: Place) -> None:
    """Where the registry tells nothing, tasks that are rejected must end the watch soon, with the engine's words."""
    compose = """\
version: "3.8"
services:
  app:
    image: registry.invalid/nothing:1.0
    deploy:
      restart_policy: {delay: 1s}
      labels: ["coop-cloud.${STACK_NAME}.timeout=120"]
"""
    place.plant("absent", {"compose.yml": compose})
    parameters = {"server": real_engine.url, "recipe": "absent", "domain": "absent.example.org"}
    digest = place.digest(**parameters)

    began = time.monotonic()
    ran = coopnb(place.root, "run", "deploy-app", **parameters, approve=digest, reason="a try")
    took = time.monotonic() - began

    try:
        assert "the registry tells nothing of registry.invalid/nothing:1.0" in ran.out
        assert_told(
            ran,
            1,
            "NotConverged",
            "absent_example_org_app failed",
            "absent_example_org_app.1 on node1",
            "No such image: registry.invalid/nothing:1.0",
        )
        assert ran.facts("outcome")["outcome"] == "failed"
        assert took < 90
    finally:
        real_engine.docker("stack", "rm", "absent_example_org")
