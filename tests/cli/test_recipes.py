"""``coopnb recipe``, as an operator types it, over real repositories."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from coopnb.cli import main
from coopnb.commons import plant_samples
from coopnb.samples import RECIPES
from coopnb.workspace import Workspace


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace with the samples, and a catalogue of two recipes, one of which lies in a folder here."""
    forge = Workspace(tmp_path / "forge")
    plant_samples(forge, RECIPES)
    listed = {
        "wiki": {"category": "Apps", "description": "Pages \x1b[2Jfor all", "repository": str(forge.recipes / "wiki")},
        "calendar": {"category": "Apps", "description": "<b>Plan</b> together", "versions": [{"2.0.0+1": {}}]},
    }
    (tmp_path / "recipes.json").write_text(json.dumps(listed))
    monkeypatch.setenv("COOPNB_CATALOGUE", str(tmp_path / "recipes.json"))
    monkeypatch.setenv("COOPNB_WORKSPACE", str(tmp_path / "workspace"))
    return tmp_path


def ran(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """The status of a command, and all it printed."""
    status = main(["recipe", *arguments])
    printed = capsys.readouterr()
    assert "\x1b" not in printed.out + printed.err
    return status, printed.out + printed.err


def test_an_empty_workspace_says_what_to_do(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No recipes must be said with the commands that find and fetch one, and with the catalogue's date."""
    status, text = ran(capsys)
    assert status == 0
    assert "No recipes here yet. Find one: coopnb recipe list WORD" in text
    assert "Catalogue: 2 recipes as of 20" in text and "UTC, from " in text
    assert ran(capsys, "fetch") == (0, text.splitlines()[0] + "\n")


def test_a_recipe_is_found_fetched_shown_and_checked(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The way from a word to a checked recipe must work, and what others wrote must be harmless."""
    status, text = ran(capsys, "list", "pages")
    assert status == 0 and "wiki" in text and r"Pages \x1b[2Jfor all" in text and "calendar" not in text

    status, text = ran(capsys, "show", "wiki")
    assert status == 0 and "not here yet: coopnb recipe fetch wiki" in text

    status, text = ran(capsys, "fetch", "wiki")
    assert (status, text) == (
        0,
        f"wiki: fetched from {place}/forge/recipes/wiki; 3 versions, newest 1.4.0+1.43.0\n",
    )
    assert ran(capsys, "fetch") == (0, "wiki: nothing new; newest 1.4.0+1.43.0\n")

    status, text = ran(capsys, "show", "wiki")
    assert status == 0 and "newest first: 1.4.0+1.43.0, 1.3.0+1.39.17, 1.2.0+1.39.8" in text
    status, text = ran(capsys, "list")
    assert status == 0 and "1 recipe in this workspace" in text and "1.4.0+1.43.0" in text

    status, text = ran(capsys, "check", "wiki", "1.3.0+1.39.17")
    assert status == 0 and "wiki 1.3.0+1.39.17, with the settings its sample proposes" in text


def test_a_check_with_errors_ends_so(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As with ``coopnb check``: errors must end with 1; what cannot be read, or is not there, with 2."""
    for version, app in (("1.0.0+1", "{image: a:1, restart: 'no'}"), ("1.1.0+1", "{image: a:1")):
        broken = place / "samples/choir" / version
        broken.mkdir(parents=True)
        (broken / ".env.sample").write_text("TYPE=choir\n")
        (broken / "compose.yml").write_text(f"services:\n  app: {app}\n")
    plant_samples(Workspace(place / "workspace"), place / "samples")

    for version, ends in (("1.0.0+1", 1), ("1.1.0+1", 2)):
        status, text = ran(capsys, "check", "choir", version)
        assert status == ends and "✗ error" in text and "compose.yml:" in text
    assert ran(capsys, "check", "choir")[0] == 2
    assert ran(capsys, "check", "nonesuch")[0] == 2
    assert ran(capsys, "check", "choir", "9.9.9+9")[0] == 2


def test_a_tag_that_moved_is_told_and_accepted_by_name(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A fetch must tell of a moved tag and how to take it; taking it must be a command of its own."""
    ran(capsys, "fetch", "wiki")
    forge = place / "forge/recipes/wiki"
    who = ["-c", "user.name=Ana", "-c", "user.email=ana@example.org"]
    subprocess.run(["git", *who, "commit", "-q", "--allow-empty", "-m", "x"], cwd=forge, check=True)
    subprocess.run(["git", *who, "tag", "-f", "-a", "-m", "x", "1.2.0+1.39.8"], cwd=forge, check=True, timeout=30)
    capsys.readouterr()

    status, text = ran(capsys, "fetch", "wiki")
    assert status == 0 and "! the tag 1.2.0+1.39.8 moved at its source" in text
    assert "coopnb recipe fetch wiki --accept-moved 1.2.0+1.39.8" in text

    status, text = ran(capsys, "fetch", "wiki", "--accept-moved", "1.2.0+1.39.8")
    assert status == 0 and "from here on" in text
    assert "moved" not in ran(capsys, "fetch", "wiki")[1]


@pytest.mark.parametrize("hostile", ["--upload-pack=x", "../x", "ext::sh -c x", "http://x.example.org/wiki"])
def test_hostile_names_are_wrong_input(place: Path, capsys: pytest.CaptureFixture[str], hostile: str) -> None:
    """What could be a command to git, or lead elsewhere, must end with 2 and make nothing."""
    assert ran(capsys, "fetch", "--", hostile)[0] == 2
    assert ran(capsys, "show", "--", hostile)[0] == 2
    assert ran(capsys, "check", "--", hostile)[0] == 2
    assert not (place / "workspace/recipes").exists() or not list((place / "workspace/recipes").iterdir())


def test_a_catalogue_that_is_not_json_is_told(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A broken catalogue must be told with its place, and the copy that was kept be used."""
    ran(capsys, "list")
    (place / "recipes.json").write_text("<html>")

    status, text = ran(capsys, "list", "wiki")

    assert status == 0 and "the copy that was kept" in text and "not JSON" in text
    assert "recipes.json: line 1, column 1" in text and "1 recipe of the catalogue" in text


def test_recipes_of_no_catalogue_say_themselves_what_they_are(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The samples must be listed, found and shown with the category and description of their README."""
    plant_samples(Workspace(place / "workspace"), RECIPES)
    status, text = ran(capsys, "list")
    assert status == 0 and re.search(
        r"^ +hello +1\.1\.0\+1\.28\.0 +Utilities +One page, served by nginx", text, re.MULTILINE
    )
    status, text = ran(capsys, "list", "entrance")
    assert status == 0 and "proxy" in text and "hello" not in text
    status, text = ran(capsys, "show", "proxy")
    assert status == 0 and re.search(r"^ +category +Utilities$", text, re.MULTILINE)
