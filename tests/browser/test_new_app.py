"""A recipe found among five hundred, fetched when it is taken, and its settings filled in, in JupyterLab."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from coopnb.commons import plant_samples
from coopnb.samples import RECIPES
from coopnb.workspace import Workspace
from tests.browser import runs
from tests.browser.jupyter import Lab

if TYPE_CHECKING:
    from tests.browser.notebook import NotebookPage
    from tests.browser.shots import Shots

pytestmark = [pytest.mark.real, pytest.mark.timeout(180)]


@pytest.fixture
def catalogue(lab: Lab, tmp_path: Path) -> Iterator[None]:
    """A catalogue of five hundred beside the recipes that are here; one of them can be had."""
    forge = Workspace(tmp_path / "forge")
    plant_samples(forge, RECIPES)
    listed = {
        f"app-{n}": {"category": "Apps", "description": f"Does the {n}th thing", "versions": [{"1.0.0+1": {}}]}
        for n in range(500)
    }
    listed["pages"] = {
        "category": "Apps",
        "description": "A wiki for every choir",
        "repository": str(forge.recipes / "wiki"),
        "versions": [{"1.3.0+1.39.17": {}}],
    }
    folder = lab.workspace.root / "catalogue"
    folder.mkdir()
    path = folder / "recipes.json"
    path.write_text(json.dumps(listed))
    yield
    path.unlink()
    folder.rmdir()


def test_a_recipe_is_found_and_its_settings_filled_in(
    lab: Lab, catalogue: None, shots: Shots, open_notebook: Callable[[Path], NotebookPage]
) -> None:
    """Words must find a recipe, the taking cell fetch it, and the next form's settings be in the file."""
    from playwright.sync_api import expect

    runbook = open_notebook(runs.copy_of(lab.workspace))
    runbook.run_cell("parameters")
    runbook.run_cell("choose")
    form = runbook.output("choose")
    shots.window(runbook, "blank")
    runbook.field("choose", "Find").press_sequentially("choir", delay=20)
    expect(form.locator("select").nth(1)).to_contain_text("pages  -  Apps: A wiki for every choir")
    runbook.field("choose", "Recipe").select_option("pages  -  Apps: A wiki for every choir")
    expect(form).to_contain_text("it is fetched when the next cell is run")
    runbook.field("choose", "Server").select_option("practice")
    runbook.type("choose", "Domain", "pages.example.org")
    shots.window(runbook, "found")
    runbook.run_cell("take")
    expect(runbook.output("take")).to_contain_text("pages.example.org")
    assert (lab.workspace.recipes / "pages" / ".git").is_dir()

    runbook.run_cell("choose")
    runbook.field("choose", "Find").press_sequentially("pages", delay=20)
    runbook.field("choose", "Recipe").select_option("pages  -  Apps: A wiki for every choir")
    runbook.field("choose", "Version").select_option("1.3.0+1.39.17")
    runbook.field("choose", "Server").select_option("practice")
    runbook.type("choose", "Domain", "second.example.org")
    form.get_by_text("Settings of the new app").click()
    runbook.field("choose", "WIKI_NAME").fill("The choir")
    runbook.field("choose", "WIKI_NAME").press("Tab")
    form.get_by_text("use compose.port.yml").click()
    shots.whole(runbook, "settings")
    runbook.run_cell("take")
    expect(runbook.output("take")).to_contain_text("2 of its settings changed")
    text = (lab.workspace.servers / "practice" / "second.example.org.env").read_text()
    assert 'WIKI_NAME="The choir"' in text and '\nCOMPOSE_FILE="$COMPOSE_FILE:compose.port.yml"' in text
