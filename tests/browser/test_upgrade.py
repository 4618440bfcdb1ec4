"""An upgrade in JupyterLab as a person makes it, its approval by hand, and its record from the menu."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import coopnb
from tests.browser import runs
from tests.browser.jupyter import Lab
from tests.runbook.headless import deploy

if TYPE_CHECKING:
    from tests.browser.notebook import NotebookPage
    from tests.browser.shots import Shots

pytestmark = [pytest.mark.real, pytest.mark.timeout(180)]

DOMAIN = "page.example.org"


def test_upgrade(lab: Lab, shots: Shots, open_notebook: Callable[[Path], NotebookPage], tmp_path: Path) -> None:
    """What is new must be read before the plan, the plan approved by typing, and the record be had from the menu."""
    from playwright.sync_api import expect

    from tests.browser.notebook import SECOND

    first = deploy(lab.workspace.root, server="practice", recipe="hello", version="1.0.0+1.26.3", domain=DOMAIN)
    assert first.status == 0, first.out + first.err
    copy = coopnb.new_run("upgrade-app", workspace=lab.workspace.root).notebook
    runbook = open_notebook(copy)
    runbook.run_cell("parameters")
    runbook.run_cell("choose")
    runbook.field("choose", "Server").select_option("practice")
    runbook.type("choose", "Domain", DOMAIN)
    runbook.run_cell("take")
    taken = runbook.output("take")
    expect(taken).to_contain_text(f"Upgrade of {DOMAIN} on practice: hello 1.0.0+1.26.3 -> 1.1.0+1.28.0")
    expect(taken).to_contain_text("CONTACT")
    expect(taken).to_contain_text("The page can name a contact")
    shots.window(runbook, "news")
    runbook.run_cell("plan")
    expect(runbook.output("plan")).to_contain_text("nginx:1.26.3 -> nginx:1.28.0")
    runbook.run_cell("gate")
    runbook.run_cell("apply")
    expect(runbook.error("apply")).to_contain_text("NotApproved: this plan waits for an approval; nothing was written")
    runbook.type("gate", "Domain of the app", DOMAIN)
    runbook.type("gate", "Reason", "members want the new page")
    runbook.run_cell("apply")
    runbook.run_cell("watch", within=60 * SECOND)
    expect(runbook.output("watch")).to_contain_text("Converged in")
    runbook.run_cell("check")
    expect(runbook.output("check")).to_contain_text(re.compile(r"([1-9]) of \1 checks passed"))
    shots.whole(runbook, "end")

    record = runbook.export("Record", tmp_path / "record.html").read_text()

    assert runs.facts(copy, "outcome")["outcome"] == "converged"
    assert runs.facts(copy, "planned")["version_before"] == "1.0.0+1.26.3"
    assert "members want the new page" in record
    assert "1.0.0+1.26.3" in record
    assert "<script" not in record.lower()
