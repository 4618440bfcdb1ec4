"""``coopnb app``, as far as files go: settings are made, listed, and never overwritten."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from coopnb.cli import main
from coopnb.commons import plant_samples
from coopnb.model.choice import Choice
from coopnb.runbook.apps import take
from coopnb.samples import RECIPES
from coopnb.workspace import Workspace

SAMPLE = (RECIPES / "wiki/1.3.0+1.39.17/.env.sample").read_text()


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A workspace whose catalogue has the wiki of somebody else."""
    forge = Workspace(tmp_path / "forge")
    plant_samples(forge, RECIPES)
    listed = {"their-wiki": {"repository": str(forge.recipes / "wiki")}}
    (tmp_path / "recipes.json").write_text(json.dumps(listed))
    monkeypatch.setenv("COOPNB_CATALOGUE", str(tmp_path / "recipes.json"))
    monkeypatch.setenv("COOPNB_WORKSPACE", str(tmp_path / "workspace"))
    return Workspace(tmp_path / "workspace")


def ran(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """The status of a command, and all it printed."""
    status = main(["app", *arguments])
    printed = capsys.readouterr()
    return status, printed.out + printed.err


WIKI = ("new", "wiki", "--server", "practice", "--domain", "wiki.example.org", "--version", "1.3.0+1.39.17")


def test_no_apps_is_said_with_what_to_do(place: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    """An empty workspace must name the command that makes an app."""
    assert ran(capsys) == (
        0,
        "No apps yet. Make one: coopnb app new RECIPE --server practice --domain wiki.example.org\n",
    )


def test_new_settings_are_the_sample_but_for_what_is_set(place: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    """The file must be the sample, byte for byte, with the domain, the pin, and what was set."""
    status, text = ran(
        capsys,
        *WIKI,
        *("--set", "WIKI_NAME=The choir's pages", "--set", "HTTP_PORT=8090"),
        *("--set", "COMPOSE_FILE=$COMPOSE_FILE:compose.port.yml"),
    )

    assert status == 0 and "coopnb run deploy-app -p server=practice -p recipe=wiki -p domain=wiki.example.org" in text
    path = place.root / "servers/practice/wiki.example.org.env"
    assert path.read_text() == (
        SAMPLE.replace("wiki.example.com", "wiki.example.org")
        .replace("TYPE=wiki\n", "TYPE=wiki:1.3.0+1.39.17\n")
        .replace('"Our wiki"', '"The choir\'s pages"')
        .replace("#HTTP_PORT=8080", "HTTP_PORT=8090")
        .replace('#COMPOSE_FILE="$COMPOSE_FILE:compose.port.yml"', 'COMPOSE_FILE="$COMPOSE_FILE:compose.port.yml"')
    )
    assert path.stat().st_mode & 0o777 == 0o600

    status, text = ran(capsys, "list")
    assert status == 0 and "1 app on 1 server" in text and "1.3.0+1.39.17" in text


def test_an_app_is_never_overwritten(place: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    """A second time, and on another server, must be refused and leave the file."""
    ran(capsys, *WIKI)
    path = place.root / "servers/practice/wiki.example.org.env"
    path.write_text("mine\n")
    for server in ("practice", "default"):
        status, text = ran(capsys, "new", "wiki", "--server", server, "--domain", "wiki.example.org")
        assert status == 2 and "nothing was written" in text
    assert path.read_text() == "mine\n"
    assert [file.name for file in place.servers.rglob("*.env")] == ["wiki.example.org.env"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--set", "WIKI_NAME"), "is not a setting"),
        (("--set", "TYPE=other"), "set by the recipe"),
        (("--set", "BAD NAME=x"), "is not the name of a setting"),
    ],
)
def test_a_wrong_setting_writes_nothing(
    place: Workspace, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], says: str
) -> None:
    """What no file can hold, or what is not to be set, must be refused before anything is written."""
    status, text = ran(capsys, *WIKI, *arguments)
    assert status == 2 and says in text
    assert not list(place.servers.rglob("*.env")) if place.servers.exists() else True


def test_a_setting_the_sample_does_not_have_is_told(place: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    """A name that may be a slip must be kept and said."""
    status, text = ran(capsys, *WIKI, "--set", "WIKI_NAMES=x")
    assert status == 0 and "! WIKI_NAMES is not among the sample's settings" in text
    assert (place.root / "servers/practice/wiki.example.org.env").read_text().endswith("\nWIKI_NAMES=x\n")


@pytest.mark.parametrize("domain", ["../x", "a/b", "-x", "x\n", ""])
def test_a_hostile_domain_makes_no_file(place: Workspace, capsys: pytest.CaptureFixture[str], domain: str) -> None:
    """A name that leads elsewhere must be refused."""
    assert ran(capsys, "new", "wiki", "--server", "practice", f"--domain={domain}")[0] == 2
    assert not list(place.root.parent.rglob("*.env"))


def test_a_recipe_of_the_catalogue_is_fetched_for_it(place: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    """Making an app of a recipe that is not here yet must fetch it; so must the step that takes a choice."""
    assert ran(capsys, "new", "their-wiki", "--server", "default", "--domain", "w.example.org")[0] == 0
    assert (place.recipes / "their-wiki/.git").is_dir()

    (place.root.parent / "recipes.json").write_text(
        json.dumps({"second": {"repository": str(place.root.parent / "forge/recipes/hello")}})
    )
    taken = take(place, Choice("practice", "second", "", "hello.example.org"), place.root / "files")
    assert taken.choice.version == "1.1.0+1.28.0" and (place.recipes / "second/.git").is_dir()


def test_settings_that_cannot_be_read_are_a_row(place: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    """One broken file must not hide the other apps."""
    ran(capsys, *WIKI)
    (place.root / "servers/practice/broken.example.org.env").write_text("no setting at all\n")
    status, text = ran(capsys, "list")
    assert status == 0 and "broken.example.org" in text and "✗ a line is neither" in text
    assert "1.3.0+1.39.17" in text


def test_an_app_that_is_not_there_names_those_that_are(place: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    """A domain nobody has must be wrong input with the apps there are."""
    ran(capsys, *WIKI)
    for command in ("show", "logs", "restart"):
        status, text = ran(capsys, command, "nonesuch.example.org")
        assert status == 2 and "wiki.example.org (practice)" in text
