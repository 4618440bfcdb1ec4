"""The settings of a new app: the ledger knows of them before they are there, and the record tells it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from coopnb.errors import LedgerError
from coopnb.record.ledger import Ledger
from coopnb.record.timeline import timeline
from coopnb.runbook.procedure import Here, Note
from coopnb.runbook.procedures.deploy import DeployApp
from coopnb.server import connect, plant_samples
from coopnb.show.settings_form import PREFIX
from coopnb.workspace import Workspace

FILE = "servers/practice/wiki.example.org.env"
ANSWERS = {"server": "practice", "recipe": "wiki", "version": "1.3.0+1.39.17", "domain": "wiki.example.org"}
TITLE = "The choir's pages"


def take(workspace: Workspace, note: Note) -> None:
    """Take the choice of a new app, with one setting filled in."""
    plant_samples(workspace)
    here = Here(workspace, workspace.root / "files", lambda name: connect(name, workspace=workspace), note)
    DeployApp().take(here, {**ANSWERS, PREFIX + "WIKI_NAME": TITLE})


def test_the_ledger_knows_of_new_settings_before_they_are_there(tmp_path: Path) -> None:
    """File, recipe and version must be on the disk before the file is, once and without a value, and in the record."""
    workspace = Workspace(tmp_path)
    folder = tmp_path / "run"
    folder.mkdir()
    ledger = Ledger.create(folder, 1, {"runbook": "deploy-app"})

    def note(event: str, facts: Mapping[str, object]) -> None:
        assert not (tmp_path / FILE).exists()
        ledger.append("take", event, facts)

    take(workspace, note)
    take(workspace, note)

    assert TITLE in (tmp_path / FILE).read_text()
    [entry] = [entry for entry in ledger.entries() if entry.event == "settings"]
    assert entry.facts == {"file": FILE, "sample": {"recipe": "wiki", "version": "1.3.0+1.39.17"}}
    [row] = [row for row in timeline(ledger.entries()) if FILE in row.operator]
    assert row.operator == f"makes {FILE} from the .env.sample of wiki 1.3.0+1.39.17"


def test_settings_that_cannot_be_noted_are_not_made(tmp_path: Path) -> None:
    """Where the ledger cannot take the note, no file may be made."""

    def full(event: str, facts: Mapping[str, object]) -> None:
        del event, facts
        raise LedgerError("the ledger cannot be written; nothing was done")

    with pytest.raises(LedgerError):
        take(Workspace(tmp_path), full)
    assert not (tmp_path / FILE).exists()
