"""Take README's picture of the thing itself: ``python -m tests.browser.screenshot [FILE]``.

A wiki is deployed headless on a fresh practice swarm; its upgrade is then driven in JupyterLab, and the window
is pictured from the plan to the report.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.browser import runs
from tests.browser.conftest import FLAGS
from tests.browser.jupyter import Lab, jupyterlab
from tests.browser.notebook import PATIENCE, SECOND, NotebookPage, cell_ids
from tests.runbook.headless import deploy

PICTURE = Path(__file__).parents[2] / "docs" / "images" / "deploy-app.png"
DOMAIN = "wiki.example.org"
WIDTH = 1240
TALL = 4000


def main(target: Path) -> int:
    """Write the picture."""
    with tempfile.TemporaryDirectory(prefix="coopnb-screenshot-") as folder, sync_playwright() as playwright:
        workspace = Path(folder) / "workspace"
        workspace.mkdir()
        with jupyterlab(workspace) as lab:
            before = deploy(workspace, server="practice", recipe="wiki", domain=DOMAIN, version="1.2.0+1.39.8")
            assert before.status == 0, before.out + before.err
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(FLAGS))
            page = browser.new_page(viewport={"width": WIDTH, "height": 900})
            page.set_default_timeout(PATIENCE)
            upgrade(lab, page)
            target.parent.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=target)
            browser.close()
    print(f"wrote {target} ({target.stat().st_size // 1000} kB)")
    return 0


def upgrade(lab: Lab, page: Page) -> None:
    """Drive the runbook to its end, and make the window show it from the plan to the report's drawing."""
    copy = runs.copy_of(lab.workspace, server="practice", recipe="wiki", version="1.3.0+1.39.17", domain=DOMAIN)
    page.goto(lab.page(str(copy.relative_to(lab.workspace.own))))
    runbook = NotebookPage(page, cell_ids(copy))
    runbook.wait_for_kernel()
    runbook.menu("View", "Appearance", "Show Left Sidebar")
    for cell in ("parameters", "injected-parameters", "choose", "take", "plan", "gate"):
        runbook.run_cell(cell)
    runbook.type("gate", "Domain of the app", DOMAIN)
    runbook.type("gate", "Reason", "security fixes of MediaWiki")
    runbook.run_cell("apply")
    runbook.run_cell("watch", within=90 * SECOND)
    page.set_viewport_size({"width": WIDTH, "height": TALL})
    page.wait_for_timeout(0.5 * SECOND)
    first = runbook.cell("plan-text").bounding_box()
    last = runbook.output("watch").locator("figure").bounding_box()
    assert first and last
    above = 92
    height = round(last["y"] + last["height"] - first["y"]) + above + 40
    page.set_viewport_size({"width": WIDTH, "height": height})
    runbook.cell("plan-text").evaluate("cell => cell.scrollIntoView({block: 'start'})")
    page.wait_for_timeout(0.5 * SECOND)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else PICTURE))
