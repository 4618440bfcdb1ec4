"""``upgrade-app``: what is new, what is refused, and what the settings name afterwards."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import pytest

from coopnb.errors import CoopError, InputError, SettingsError
from coopnb.runner import new_run
from tests.runbook.bringing import bring, publish, take_upgrade, will_plan
from tests.runbook.headless import coopnb
from tests.runbook.places import Place, assert_nothing_done, assert_told, practice_place, record_text

pytestmark = pytest.mark.timeout(300)

DOMAIN = "wiki.example.org"
OLD, NEW, ILL = "1.2.0+1.39.8", "1.3.0+1.39.17", "1.4.0+1.43.0"
APP = {"server": "practice", "domain": DOMAIN}


IMPRINT = "https://hello.example.org/imprint"


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
    assert "Fill it in above, or write into that file" in ran.err and "-p settings='IMPRINT=...'" in ran.err
    assert "Who answers for this page" in ran.out
    assert_nothing_done(ran)

    settings = place.root / "servers" / "practice" / "hello.example.org.env"
    before = settings.read_text()
    settings.write_text(f"{before}IMPRINT={IMPRINT}\n")
    plan = will_plan(place.root, "upgrade-app", **hello)
    assert not plan.blocked
    assert plan.version_after == "2.0.0+1.28.0"

    settings.write_text(before)
    given = {**hello, "settings": f"IMPRINT={IMPRINT}"}
    waits = coopnb(place.root, "run", "upgrade-app", **given)
    assert waits.status == 3, waits.out + waits.err
    file = "servers/practice/hello.example.org.env"
    assert f"✓ Written into {file}: IMPRINT={IMPRINT}" in waits.out
    assert settings.read_text() == f"{before}IMPRINT={IMPRINT}\n"
    assert waits.facts("settings") == {"file": file, "set": {"IMPRINT": IMPRINT}}
    assert f"writes into {file}: IMPRINT={IMPRINT}" in record_text(waits)

    ran = coopnb(place.root, "run", "upgrade-app", **given, approve=waits.digest, reason="the law asks for it")
    assert ran.status == 0, ran.out + ran.err
    assert "Written into" not in ran.out.replace("Written: ", "")
    assert settings.read_text() == f"{before}IMPRINT={IMPRINT}\n".replace("hello:1.1.0+1.28.0", "hello:2.0.0+1.28.0")


def test_blank_parameters_stop_run_all_at_the_take(shared_place: Place) -> None:
    """A copy that is run as it is must stop where the choice is taken, and say what is not chosen."""
    copy = new_run("upgrade-app", workspace=shared_place.root).notebook
    ran = coopnb(shared_place.root, "run", str(copy))
    assert_told(ran, 2, "NotChosen", "not chosen yet: server, domain; nothing was done", "-p server=... -p domain=...")
    assert ran.facts("failed")["error"] == "NotChosen"
    assert_nothing_done(ran)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A wiki at a released version, and a page at a bare commit; no test of them changes the swarm."""
    with practice_place(tmp_path_factory.mktemp("running")) as found:
        bring(found.root, "wiki", NEW, DOMAIN)
        folder = found.root / "recipes" / "hello"
        publish(found.root, "hello", "2.0.0+1.28.0", "\n")
        for command in ("tag -d 2.0.0+1.28.0", "rev-parse --short=8 HEAD"):
            done = subprocess.run(["git", *command.split()], cwd=folder, check=True, capture_output=True, timeout=30)
        bring(found.root, "hello", done.stdout.decode().strip(), "hello.example.org")
        yield found


@pytest.mark.parametrize(
    ("domain", "version", "error", "says"),
    [
        (DOMAIN, OLD, InputError, "this would be a downgrade"),
        (DOMAIN, "9.9.9+1", CoopError, "has no version 9.9.9"),
        (DOMAIN, "1.3", CoopError, "has no version 1.3"),
        ("hello.example.org", "1.1.0+1.28.0", InputError, "is no released version"),
    ],
)
def test_a_version_that_is_no_upgrade_is_refused(
    running: Place, domain: str, version: str, error: type[CoopError], says: str
) -> None:
    """An older version, one that there is not, and an app at a bare commit must be refused before the plan."""
    with pytest.raises(error, match=says):
        will_plan(running.root, "upgrade-app", server="practice", domain=domain, version=version)


@pytest.mark.parametrize("pinned", [OLD, ILL, "0.1.0+gone", ""])
def test_an_upgrade_starts_from_what_runs(running: Place, pinned: str) -> None:
    """Whatever the settings name, the news must be those since the version that runs, and a difference be told."""
    settings = running.root / "servers" / "practice" / f"{DOMAIN}.env"
    before = settings.read_text()
    settings.write_text(before.replace(f"TYPE=wiki:{NEW}", f"TYPE=wiki:{pinned}".rstrip(":")))
    try:
        taken, _ = take_upgrade(running.root, APP)
    finally:
        settings.write_text(before)
    assert taken.news.before == NEW
    assert [each.version for each in taken.news.released] == [ILL]
    told = f"? The settings name {pinned}, {NEW} runs: the upgrade starts from what runs."
    assert (told in taken.output(None, "take").text) is bool(pinned)


def test_an_app_that_does_not_run_has_nothing_to_upgrade(running: Place) -> None:
    """Settings that name a version are no reason to believe that it runs."""
    running.write_settings("practice", "off.example.org", f"TYPE=wiki:{OLD}\nDOMAIN=off.example.org\n")
    with pytest.raises(InputError, match=r"nothing runs of off\.example\.org"):
        will_plan(running.root, "upgrade-app", server="practice", domain="off.example.org")


def test_an_app_without_settings_is_refused(shared_place: Place) -> None:
    """An upgrade converts files, so an app that has none here must be told, with where they would lie."""
    with pytest.raises(SettingsError, match=r"nowhere\.example\.org"):
        will_plan(shared_place.root, "upgrade-app", server="practice", domain="nowhere.example.org")
