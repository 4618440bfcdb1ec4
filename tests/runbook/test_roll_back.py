"""``roll-back-app``: from any machine, to a state that is meant, with the pin where there is one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from coopnb.errors import InputError, NotChosen
from coopnb.model.pin import Pin
from coopnb.runbook.pinning import pin
from coopnb.runbook.procedure import unnoted
from coopnb.workspace import Workspace
from tests.runbook.bringing import bring, will_plan
from tests.runbook.headless import coopnb
from tests.runbook.places import Place

pytestmark = pytest.mark.timeout(300)

DOMAIN = "wiki.example.org"
OLD, NEW, ILL = "1.2.0+1.39.8", "1.3.0+1.39.17", "1.4.0+1.43.0"
APP = {"server": "practice", "domain": DOMAIN}


def test_another_admin_goes_back_from_a_machine_without_files(place: Place, tmp_path: Path) -> None:
    """With nothing but the server's address and the domain, the state before must be brought back and observed."""
    for version in (OLD, NEW):
        bring(place.root, "wiki", version, DOMAIN)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    app = {"server": place.engine.url, "domain": DOMAIN}
    digest = will_plan(elsewhere, "roll-back-app", **app).short_digest

    ran = coopnb(elsewhere, "run", "roll-back-app", **app, approve=digest, reason="pages are empty")
    assert ran.status == 0, ran.out + ran.err
    assert "This machine has no settings of the app" in ran.out
    assert f"wherever they are, they should name wiki {OLD}" in " ".join(ran.out.split())
    assert "What does not: the app's data" in " ".join(ran.out.split())
    planned = ran.facts("planned")
    assert (planned["version_before"], planned["version_after"]) == (NEW, OLD)
    assert not list(elsewhere.glob("servers/*/*.env"))


def test_going_back_is_pinned_where_the_settings_are(place: Place) -> None:
    """The settings must name the version that runs, and differing ones must be told by name, not by value."""
    for version in (OLD, NEW):
        bring(place.root, "wiki", version, DOMAIN)
    settings = place.root / "servers" / "practice" / f"{DOMAIN}.env"
    settings.write_text(settings.read_text() + "WIKI_EMAIL=board@wiki.example.org\n")
    digest = will_plan(place.root, "roll-back-app", **APP).short_digest

    ran = coopnb(place.root, "run", "roll-back-app", **APP, approve=digest, reason="pages are empty")
    assert ran.status == 0, ran.out + ran.err
    assert f"TYPE=wiki:{OLD}" in settings.read_text()
    assert "not those of the state: WIKI_EMAIL" in " ".join(ran.out.split())
    assert f"The settings now name wiki {OLD}, which runs; they named wiki {NEW}." in " ".join(ran.out.split())
    assert ran.facts("settings")["set"] == {"TYPE": f"wiki:{OLD}"}
    assert "board@wiki.example.org" not in ran.out

    newest = ran.facts("planned")["operations"][0]["name"]
    forward = will_plan(place.root, "roll-back-app", **APP)
    assert (forward.version_before, forward.version_after, forward.previous_state) == (OLD, NEW, newest)


def test_only_the_settings_of_the_chosen_app_are_pinned(place: Place) -> None:
    """A kept state that calls its app otherwise must not lead to another app's settings: anybody can write one."""
    for version in (OLD, NEW):
        bring(place.root, "wiki", version, DOMAIN)
    other = place.write_settings("practice", "other.example.org", "TYPE=hello:1.1.0+1.28.0\n")
    plan = replace(will_plan(place.root, "roll-back-app", **APP), app="other.example.org")
    found = pin(Workspace(place.root), "practice", DOMAIN, plan, unnoted)
    assert found == Pin(DOMAIN, f"servers/practice/{DOMAIN}.env", f"wiki:{NEW}", f"wiki:{OLD}")
    assert f"TYPE=wiki:{OLD}" in (place.root / "servers" / "practice" / f"{DOMAIN}.env").read_text()
    assert other.read_text() == "TYPE=hello:1.1.0+1.28.0\n"


def test_after_a_failed_upgrade_the_state_must_be_named(place: Place) -> None:
    """Where swarm has rolled back by itself, blank must not mean one version further back."""
    for version in (OLD, NEW):
        bring(place.root, "wiki", version, DOMAIN)
    digest = will_plan(place.root, "upgrade-app", **APP).short_digest
    failed = coopnb(place.root, "run", "upgrade-app", **APP, approve=digest, reason="a try")
    assert failed.status == 1, failed.out + failed.err

    with pytest.raises(NotChosen) as refused:
        will_plan(place.root, "roll-back-app", **APP)
    assert "what was applied last is not what runs now" in str(refused.value.what)


def test_an_app_that_was_never_deployed_has_nothing_to_go_back_to(shared_place: Place) -> None:
    """No kept state must be an input error that says so."""
    with pytest.raises(InputError, match="keeps no state of nowhere"):
        will_plan(shared_place.root, "roll-back-app", server="practice", domain="nowhere.example.org")
