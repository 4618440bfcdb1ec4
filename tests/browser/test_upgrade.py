"""An upgrade in JupyterLab as a person makes it, its approval by hand, and its record from the menu."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import coopnb
from tests.browser import runs
from tests.browser.jupyter import Lab
from tests.runbook.bringing import publish
from tests.runbook.headless import deploy

if TYPE_CHECKING:
    from tests.browser.notebook import NotebookPage
    from tests.browser.shots import Shots

pytestmark = [pytest.mark.real, pytest.mark.timeout(180)]

DOMAIN = "page.example.org"
OLD, NEW = "1.0.0+1.26.3", "2.0.0+1.28.0"
SAMPLE = """
# Who answers for this page; the law asks for it
IMPRINT=https://hello.example.com/imprint
# What stands below it; may stay blank
FOOTER=
"""


@pytest.fixture
def page_deployed(lab: Lab) -> Iterator[Path]:
    """The settings of a page that runs, after a version came out that demands two more of them; it is taken back."""
    root = lab.workspace.root
    first = deploy(root, server="practice", recipe="hello", version=OLD, domain=DOMAIN)
    assert first.status == 0, first.out + first.err
    publish(root, "hello", NEW, SAMPLE)
    yield root / "servers" / "practice" / f"{DOMAIN}.env"
    for command in (["tag", "-d", NEW], ["reset", "-q", "--hard", "HEAD~1"]):
        subprocess.run(["git", *command], cwd=root / "recipes" / "hello", check=True, capture_output=True, timeout=30)


def test_upgrade(
    lab: Lab, page_deployed: Path, shots: Shots, open_notebook: Callable[[Path], NotebookPage], tmp_path: Path
) -> None:
    """What is lacking must be filled in, the plan approved by typing, and the record be had from the menu."""
    from playwright.sync_api import expect

    from tests.browser.notebook import SECOND

    before = page_deployed.read_text()
    copy = coopnb.new_run("upgrade-app", workspace=lab.workspace.root).notebook
    runbook = open_notebook(copy)
    runbook.run_cell("parameters")
    runbook.run_cell("choose")
    runbook.field("choose", "Server").select_option("practice")
    runbook.type("choose", "Domain", DOMAIN)
    runbook.run_cell("take")
    taken = runbook.output("take")
    expect(taken).to_contain_text(f"Upgrade of {DOMAIN} on practice: hello {OLD} -> {NEW}")
    expect(taken).to_contain_text("CONTACT")
    expect(taken).to_contain_text("The page can name a contact")
    expect(runbook.error("take")).to_contain_text(f"SettingsError: hello {NEW} demands IMPRINT, FOOTER")
    expect(runbook.field("take", "IMPRINT")).to_have_value(f"https://{DOMAIN}/imprint")
    runbook.field("take", "IMPRINT").fill("")
    runbook.type("take", "IMPRINT", "https://example.org/who")
    taken.get_by_text("leave FOOTER blank").click()
    shots.whole(runbook, "lacking")
    assert page_deployed.read_text() == before
    runbook.run_cell("take")
    expect(taken).to_contain_text(f"Written into servers/practice/{DOMAIN}.env: IMPRINT=https://example.org/who")
    assert page_deployed.read_text() == f"{before}IMPRINT=https://example.org/who\nFOOTER=\n"
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
    assert runs.facts(copy, "planned")["version_before"] == OLD
    assert "members want the new page" in record
    assert OLD in record and "IMPRINT=https://example.org/who" in record
    assert "<script" not in record.lower()
