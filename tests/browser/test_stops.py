"""Where a runbook stops in JupyterLab: nothing filled in, the stop button, the model itself."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from coopnb.runner.models import find_model
from tests.browser import runs
from tests.browser.jupyter import Lab

if TYPE_CHECKING:
    from tests.browser.notebook import NotebookPage
    from tests.browser.shots import Shots

pytestmark = [pytest.mark.real, pytest.mark.timeout(120)]


def test_run_all(lab: Lab, shots: Shots, open_notebook: Callable[[Path], NotebookPage]) -> None:
    """Run All on an untouched copy must stop where something is to be filled in, say what, and change nothing."""
    from playwright.sync_api import expect

    services, settings = runs.services(lab.workspace), runs.settings(lab.workspace)
    runbook = open_notebook(runs.copy_of(lab.workspace))

    runbook.menu("Run", "Run All Cells")
    runbook.wait_for_end("take")

    expect(runbook.error("take")).to_contain_text("NotChosen: not chosen yet: server, recipe, domain; nothing was done")
    expect(runbook.error("take")).to_contain_text("Choose above and run this cell again")
    expect(runbook.error("take")).not_to_contain_text("Traceback")
    for later in ("plan", "gate", "apply", "watch", "check"):
        assert runbook.prompt(later) == "[ ]:", later
    shots.window(runbook, "stopped")
    assert runs.services(lab.workspace) == services
    assert runs.settings(lab.workspace) == settings


def test_stop_button(lab: Lab, shots: Shots, open_notebook: Callable[[Path], NotebookPage]) -> None:
    """The stop button must end the watch with an outcome, in the notebook and in the ledger; the swarm goes on."""
    from playwright.sync_api import expect

    from tests.browser.notebook import INTERRUPT

    copy = runs.copy_of(lab.workspace, server="practice", recipe="hello", domain="hello.example.org", reason="a test")
    runbook = open_notebook(copy)
    for cell in ("parameters", "injected-parameters", "choose", "take", "plan", "gate"):
        runbook.run_cell(cell)
    runbook.type("gate", "Domain of the app", "hello.example.org")
    runbook.run_cell("apply")
    runbook.start_cell("watch")
    expect(runbook.output("watch").locator(".jupyter-widgets").first).to_contain_text("deploying")

    runbook.panel.locator(INTERRUPT).click()
    runbook.wait_for_end("watch")

    expect(runbook.error("watch")).to_contain_text(re.compile("^Interrupted: "))
    expect(runbook.error("watch")).not_to_contain_text("Traceback")
    expect(runbook.output("watch")).to_contain_text("The watch was stopped after")
    shots.window(runbook, "interrupted")
    assert runs.facts(copy, "outcome")["outcome"] == "interrupted"
    assert "hello_example_org_app" in runs.services(lab.workspace)


def test_model(lab: Lab, shots: Shots, open_notebook: Callable[[Path], NotebookPage]) -> None:
    """A model that is opened and run in place must refuse, and say how to make a copy."""
    from playwright.sync_api import expect

    path = lab.workspace.own / "deploy-app.ipynb"
    shutil.copyfile(find_model("deploy-app"), path)
    before = sorted(lab.workspace.runs.iterdir())
    model = open_notebook(path)

    model.run_cell("parameters")
    model.run_cell("choose")

    expect(model.error("choose")).to_contain_text("this is the model of a runbook; it is never run in place")
    expect(model.error("choose")).to_contain_text("coopnb new deploy-app")
    shots.window(model, "model")
    assert sorted(lab.workspace.runs.iterdir()) == before
