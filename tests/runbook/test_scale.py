"""``scale-app``: how the numbers are written, and what a run of it leaves."""

from __future__ import annotations

import pytest

from coopnb.errors import InputError
from coopnb.runbook.procedures.scale import read_replicas
from tests.runbook.bringing import bring, will_plan
from tests.runbook.headless import coopnb
from tests.runbook.places import Place

pytestmark = pytest.mark.timeout(300)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("app=2", {"app": 2}),
        ("app=2 worker=3", {"app": 2, "worker": 3}),
        (" app = 2, worker=3 ", {"app": 2, "worker": 3}),
        ("app=0", {"app": 0}),
    ],
)
def test_numbers_of_tasks_are_read(text: str, found: dict[str, int]) -> None:
    """Blanks and commas must both stand between services."""
    assert read_replicas(text) == found


@pytest.mark.parametrize("text", ["2", "app", "app=", "app=two", "app=-1", "app=1 app=2", "=3", "app=1.5"])
def test_numbers_that_cannot_be_read_are_refused(text: str) -> None:
    """Anything else must be an input error that shows how it is written."""
    with pytest.raises(InputError, match="is not a number of tasks") as refused:
        read_replicas(text)
    assert "app=2" in str(refused.value.hint)


def test_a_scaled_app_keeps_its_pin_and_its_states(place: Place) -> None:
    """The run must be observed, and neither the settings nor what is kept for undo may change."""
    bring(place.root, "hello", "1.1.0+1.28.0", "hello.example.org")
    settings = place.root / "servers" / "practice" / "hello.example.org.env"
    before, configs = settings.read_bytes(), place.engine.request("GET", "/configs").body
    app = {"server": "practice", "domain": "hello.example.org", "replicas": "app=3"}
    digest = will_plan(place.root, "scale-app", **app).short_digest

    ran = coopnb(place.root, "run", "scale-app", **app, approve=digest, reason="the festival begins tomorrow")
    assert ran.status == 0, ran.out + ran.err
    assert ran.facts("chosen")["replicas"] == {"app": 3}
    assert settings.read_bytes() == before
    assert place.engine.request("GET", "/configs").body == configs
    assert will_plan(place.root, "scale-app", **app).nothing_to_do
