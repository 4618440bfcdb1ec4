"""The settings of a new app, filled in as a front end would, down to the file."""

from __future__ import annotations

from pathlib import Path

from coopnb.commons import plant_samples
from coopnb.envfile import fields
from coopnb.model.choice import Choice
from coopnb.runbook.procedure import Here, unnoted
from coopnb.runbook.procedures.deploy import DeployApp
from coopnb.samples import RECIPES
from coopnb.server import connect
from coopnb.show.settings_form import PREFIX, SettingsForm
from coopnb.show.widgets import ChooseForm
from coopnb.workspace import Workspace

SAMPLE = (RECIPES / "wiki/1.3.0+1.39.17/.env.sample").read_text()
PRESET = {"server": "practice", "recipe": "wiki", "version": "1.3.0+1.39.17", "domain": "wiki.example.org"}


def chosen(workspace: Workspace, preset: dict[str, str]) -> ChooseForm:
    """The form of deploy-app over a workspace with the samples."""
    plant_samples(workspace, RECIPES)
    return DeployApp().form(workspace, preset)


def shown(form: ChooseForm) -> bool:
    """Whether the settings are displayed."""
    return bool(form.settings.view.layout.display != "none")


def test_nothing_touched_changes_nothing() -> None:
    """A form that nobody touched must change nothing, though it has a field or a switch for every setting."""
    form = SettingsForm()
    proposed = fields(SAMPLE)
    form.propose(proposed)
    assert form.changes == {}
    optional = {item.key for item in proposed if item.optional}
    assert set(form.switches) == optional and "SMTP_HOST" in optional
    assert "DOMAIN" not in form.fields and "TIMEOUT" in form.fields


def test_a_secret_has_no_field() -> None:
    """Neither a secret's version nor a setting that looks like a secret may be typed into a notebook."""
    form = SettingsForm()
    form.propose(fields("SECRET_DB_PASSWORD_VERSION=v1 # length=32\nSMTP_PASSWORD=tr0ub4dor\n"))
    assert form.fields == {} and form.switches == {}
    said = "".join(part.value for part in form.view.children[0].children)
    assert "never typed here" in said and "looks like a secret" in said and "tr0ub4dor" not in said


def test_what_was_typed_stays_when_another_version_is_chosen() -> None:
    """Fields of the same key must keep what was typed, those that are gone must be forgotten."""
    form = SettingsForm()
    form.propose(fields(SAMPLE))
    form.fields["WIKI_NAME"].value = "The choir"
    form.switches["HTTP_PORT"].value = True
    form.fields["HTTP_PORT"].value = "8090"
    form.propose(fields('WIKI_NAME="Our wiki"\nNEW=1\n'))
    assert form.changes == {"WIKI_NAME": "The choir"}


def test_the_form_is_for_an_app_that_is_new(tmp_path: Path) -> None:
    """It must be there once a recipe and a new domain are chosen, and not for an app that has its settings."""
    workspace = Workspace(tmp_path)
    path = workspace.env_file("practice", "old.example.org")
    path.parent.mkdir(parents=True)
    path.write_text("TYPE=wiki:1.3.0+1.39.17\n")
    form = chosen(workspace, {**PRESET, "domain": ""})
    assert not shown(form)
    form.domain.value = "new.example.org"
    assert shown(form)
    form.settings.fields["TIMEOUT"].value = "300"
    assert form.answers[PREFIX + "TIMEOUT"] == "300"
    form.domain.value = "old.example.org"
    assert not shown(form) and PREFIX + "TIMEOUT" not in form.answers


def test_what_is_filled_in_is_in_the_file(tmp_path: Path) -> None:
    """Taking the choice must write the sample with what was filled in, and every other byte as it is."""
    workspace = Workspace(tmp_path)
    form = chosen(workspace, PRESET)
    assert form.value == Choice(**PRESET)
    form.settings.fields["WIKI_NAME"].value = "The choir's pages"
    for key in ("COMPOSE_FILE#3", "HTTP_PORT", "EXTRA_DOMAINS"):
        form.settings.switches[key].value = True
    form.settings.fields["HTTP_PORT"].value = "8090"
    assert not (workspace.root / "servers").exists()

    here = Here(workspace, tmp_path / "files", lambda name: connect(name, workspace=workspace), unnoted)
    taken = DeployApp().take(here, form.answers)

    assert workspace.env_file("practice", "wiki.example.org").read_text() == (
        SAMPLE.replace("wiki.example.com", "wiki.example.org")
        .replace("TYPE=wiki\n", "TYPE=wiki:1.3.0+1.39.17\n")
        .replace('"Our wiki"', '"The choir\'s pages"')
        .replace("#HTTP_PORT=8080", "HTTP_PORT=8090")
        .replace("#EXTRA_DOMAINS=", "EXTRA_DOMAINS=")
        .replace('#COMPOSE_FILE="$COMPOSE_FILE:compose.port.yml"', 'COMPOSE_FILE="$COMPOSE_FILE:compose.port.yml"')
    )
    assert "4 of its settings changed" in taken.output(None, "take").text


def test_what_a_sample_says_is_harmless() -> None:
    """Comments, headings, names and values of a sample must not act in HTML or in labels."""
    form = SettingsForm()
    form.propose(fields("## <img src=x onerror=a>\x1b[2J\n# <b>help\u202e</b>\n#PORT=80 # <i>own</i>\nA=1\n"))
    parts = form.view.children[0].children
    said = "".join(str(getattr(part, "description", "")) for part in parts)
    said += "".join(part.value for part in parts if type(part).__name__ == "HTML")
    assert "<img" not in said and "<b>" not in said and "<i>" not in said
    assert "\x1b" not in said and "\u202e" not in said
