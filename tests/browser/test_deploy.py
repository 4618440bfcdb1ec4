"""A first deploy in JupyterLab, from the first notebook to the record, and the notebook as others open it."""

from __future__ import annotations

import re
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
import pytest

from tests.browser import runs
from tests.browser.jupyter import Lab

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.notebook import NotebookPage
    from tests.browser.shots import Shots

pytestmark = [pytest.mark.real, pytest.mark.timeout(180)]

DOMAIN = "wiki.example.org"


def test_deploy(lab: Lab, page: Page, shots: Shots, tmp_path: Path) -> None:
    """An app must be chosen, planned, approved, deployed, watched and recorded with mouse and keyboard alone."""
    runbook, copy = copied(lab, page, shots)
    choose(runbook, shots)
    plan_and_approve(runbook, shots)
    watch(runbook, shots)
    runbook.run_cell("check")
    from playwright.sync_api import expect

    expect(runbook.output("check")).to_contain_text(re.compile(r"([1-9]) of \1 checks passed"))
    shots.whole(runbook, "end")
    runbook.menu("Settings", "Theme", "JupyterLab Dark")
    shots.whole(runbook, "end-dark")
    runbook.menu("Settings", "Theme", "JupyterLab Light")

    record = runbook.export("Record", tmp_path / "record.html").read_text()

    assert runs.facts(copy, "outcome")["outcome"] == "converged"
    assert runs.facts(copy, "approved")["reason"] == "a wiki for the choir"
    assert {"wiki_example_org_app", "wiki_example_org_db"} <= set(runs.services(lab.workspace))
    assert "<script" not in record.lower()
    assert "converged" in record
    assert "a wiki for the choir" in record
    assert sha256((copy.parent / "ledger.jsonl").read_bytes()).hexdigest() in record


def copied(lab: Lab, page: Page, shots: Shots) -> tuple[NotebookPage, Path]:
    """Open what ``make lab`` opens, and have a copy from it: its page and its file; nothing else may stand there."""
    from playwright.sync_api import expect

    from tests.browser.first_lesson import open_index
    from tests.browser.from_index import follow, link_to_copy

    index = open_index(page, lab.start, lab.workspace.own)
    link = link_to_copy(index, "deploy-app")
    shots.window(index, "index")
    expect(page.locator(".jp-DirListing-itemText")).to_have_text(["drills", "lessons", "runs", "index.ipynb"])
    expect(page.locator(".Toastify__toast, .jp-Dialog"), "nobody is asked for news").to_have_count(0)
    return follow(link, lab.workspace.own)


def choose(runbook: NotebookPage, shots: Shots) -> None:
    """Run the first cells, and fill in the form."""
    runbook.run_cell("parameters")
    runbook.run_cell("choose")
    runbook.field("choose", "Server").select_option("practice")
    runbook.field("choose", "Recipe").select_option("wiki  -  Apps: MediaWiki with a MariaDB of its own.")
    runbook.field("choose", "Version").select_option("1.3.0+1.39.17")
    runbook.type("choose", "Domain", DOMAIN)
    shots.window(runbook, "chosen")


def plan_and_approve(runbook: NotebookPage, shots: Shots) -> None:
    """Take the choice, read the plan, and find that only the right words approve it."""
    from playwright.sync_api import expect

    runbook.run_cell("take")
    runbook.run_cell("plan")
    expect(runbook.output("plan")).to_contain_text(f"Plan for {DOMAIN} on practice")
    expect(runbook.output("plan")).to_contain_text("wiki_example_org_db")
    runbook.run_cell("gate")
    runbook.run_cell("apply")
    expect(runbook.error("apply")).to_contain_text("NotApproved: this plan waits for an approval; nothing was written")
    expect(runbook.error("apply")).not_to_contain_text("Traceback")
    shots.window(runbook, "not-approved")
    runbook.type("gate", "Domain of the app", DOMAIN)
    expect(runbook.output("gate")).to_contain_text("a reason is missing")
    runbook.type("gate", "Reason", "a wiki for the choir")
    expect(runbook.output("gate")).to_contain_text("✓ matches")
    shots.window(runbook, "approved")
    runbook.run_cell("apply")
    expect(runbook.output("apply")).to_contain_text("8 operations accepted")


def watch(runbook: NotebookPage, shots: Shots) -> None:
    """See the rollout while it goes on, and how it ended."""
    from playwright.sync_api import expect

    from tests.browser.notebook import SECOND

    runbook.start_cell("watch")
    live = runbook.output("watch").locator(".jupyter-widgets")
    expect(live.locator("svg[role=img]")).to_be_visible()
    expect(live.first).to_contain_text(re.compile("deploying, [012] of 2 tasks new"))
    assert runbook.prompt("watch") == "[*]:"
    shots.window(runbook, "rollout")
    expect(live.first).to_contain_text(re.compile("[12] of 2 tasks new"), timeout=30 * SECOND)
    assert runbook.prompt("watch") == "[*]:"
    runbook.wait_for_end("watch", within=60 * SECOND)
    report = runbook.output("watch")
    expect(report).to_contain_text("Converged in")
    expect(report.locator(".jupyter-widgets")).to_have_count(0)
    expect(report.locator("svg[role=img]")).to_be_visible()
    expect(report.locator("table").filter(has_text="Tasks over time, by state")).to_be_visible()


def test_opened_by_somebody_else(lab: Lab, shots: Shots, open_notebook: Callable[[Path], NotebookPage]) -> None:
    """An executed copy that Lab does not trust must keep its facts: the table stays where the drawing is taken out."""
    from playwright.sync_api import expect

    executed = Path(__file__).parents[2] / "notebooks" / "examples" / "deploy-app.wiki.ipynb"
    notebook = nbformat.read(executed, as_version=4)  # type: ignore[no-untyped-call]
    path = lab.workspace.own / "from-somebody-else.ipynb"
    nbformat.write(notebook, path)  # type: ignore[no-untyped-call]

    opened = open_notebook(path)

    report = opened.output("watch")
    expect(report).to_contain_text("Converged in")
    expect(report.locator("svg[role=img]")).to_have_count(0)
    expect(report.locator("figure")).to_be_hidden()
    expect(report.locator("table").filter(has_text="Tasks over time, by state")).to_be_visible()
    shots.whole(opened, "untrusted")
