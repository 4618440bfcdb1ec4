"""``upgrade-app``: what is new, what is refused, and what the settings name afterwards."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from coopnb.errors import CoopError, InputError, SettingsError
from tests.runbook.bringing import bring, will_plan
from tests.runbook.headless import coopnb
from tests.runbook.places import Place, assert_nothing_done, assert_told

pytestmark = pytest.mark.timeout(300)

DOMAIN = "wiki.example.org"
OLD, NEW, ILL = "1.2.0+1.39.8", "1.3.0+1.39.17", "1.4.0+1.43.0"
APP = {"server": "practice", "domain": DOMAIN}


def publish(root: Path, recipe: str, version: str, sample: str) -> None:
    """Release a version whose sample says more than the newest one's."""
    folder = root / "recipes" / recipe
    with (folder / ".env.sample").open("a") as file:
        file.write(sample)
    for command in (["add", "-A"], ["commit", "-q", "-m", version], ["tag", "-a", "-m", version, version]):
        own = ["git", "-c", "user.name=ana", "-c", "user.email=ana@example.org", *command]
        subprocess.run(own, cwd=folder, check=True, capture_output=True, timeout=30)


def test_an_upgrade_that_swarm_rolls_back_is_a_failure_and_keeps_the_pin(place: Place) -> None:
    """A version that never gets healthy must end with status 1, and the settings must name what serves."""
    bring(place.root, "wiki", NEW, DOMAIN)
    settings = place.root / "servers" / "practice" / f"{DOMAIN}.env"
    digest = will_plan(place.root, "upgrade-app", **APP).short_digest

    ran = coopnb(place.root, "run", "upgrade-app", **APP, approve=digest, reason="the new long-term release")
    assert_told(ran, 1, "NotConverged", "was rolled back to", "which serves")
    assert ran.facts("chosen") == {**APP, "recipe": "wiki", "version": ILL, "version_before": NEW}
    assert ran.facts("outcome")["outcome"] == "rolled back"
    assert f"TYPE=wiki:{NEW}" in settings.read_text()


def test_a_good_upgrade_is_pinned(place: Place) -> None:
    """After it was observed, the settings must name the new version, and no other byte may change."""
    bring(place.root, "wiki", OLD, DOMAIN)
    settings = place.root / "servers" / "practice" / f"{DOMAIN}.env"
    before = settings.read_text()
    wanted = {**APP, "version": NEW}
    digest = will_plan(place.root, "upgrade-app", **wanted).short_digest

    ran = coopnb(place.root, "run", "upgrade-app", **wanted, approve=digest, reason="security fixes")
    assert ran.status == 0, ran.out + ran.err
    assert settings.read_text() == before.replace(f"wiki:{OLD}", f"wiki:{NEW}")


def test_a_setting_that_the_sample_demands_blocks_until_it_is_written(place: Place) -> None:
    """Headless the run must stop with status 2, naming file and setting; once it is written, it must go on."""
    bring(place.root, "hello", "1.1.0+1.28.0", "hello.example.org")
    publish(place.root, "hello", "2.0.0+1.28.0", "\n# Who answers for this page\nIMPRINT=https://example.com\n")
    hello = {"server": "practice", "domain": "hello.example.org"}

    ran = coopnb(place.root, "run", "upgrade-app", **hello)
    assert_told(ran, 2, "SettingsError", "hello 2.0.0+1.28.0 demands IMPRINT", "servers/practice/hello.example.org.env")
    assert "Who answers for this page" in ran.out
    assert_nothing_done(ran)

    settings = place.root / "servers" / "practice" / "hello.example.org.env"
    settings.write_text(settings.read_text() + "IMPRINT=https://hello.example.org/imprint\n")
    plan = will_plan(place.root, "upgrade-app", **hello)
    assert not plan.blocked
    assert plan.version_after == "2.0.0+1.28.0"


def test_blank_parameters_stop_run_all_at_the_take(shared_place: Place) -> None:
    """A model that is run as it is must stop where the choice is taken, and say what is not chosen."""
    ran = coopnb(shared_place.root, "run", "upgrade-app")
    assert_told(ran, 2, "NotChosen", "not chosen yet: server, domain; nothing was done", "-p server=... -p domain=...")
    assert ran.facts("failed")["error"] == "NotChosen"
    assert_nothing_done(ran)


@pytest.mark.parametrize(
    ("pinned", "version", "error", "says"),
    [
        (NEW, OLD, InputError, "this would be a downgrade"),
        (NEW, "9.9.9+1", CoopError, "has no version 9.9.9"),
        ("0123abcd", NEW, InputError, "is no released version"),
    ],
)
def test_a_version_that_is_no_upgrade_is_refused(
    shared_place: Place, pinned: str, version: str, error: type[CoopError], says: str
) -> None:
    """An older version, one that there is not, and an app at a bare commit must be refused before the plan."""
    text = f"TYPE=wiki:{pinned}\nDOMAIN=refused.example.org\n"
    shared_place.write_settings("practice", "refused.example.org", text)
    with pytest.raises(error, match=says):
        will_plan(shared_place.root, "upgrade-app", server="practice", domain="refused.example.org", version=version)


def test_an_app_without_settings_is_refused(shared_place: Place) -> None:
    """An upgrade converts files, so an app that has none here must be told, with where they would lie."""
    with pytest.raises(SettingsError, match=r"nowhere\.example\.org"):
        will_plan(shared_place.root, "upgrade-app", server="practice", domain="nowhere.example.org")
