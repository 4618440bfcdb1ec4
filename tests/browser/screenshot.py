"""Take README's pictures of the thing itself: ``python -m tests.browser.screenshot [deploy-app] [lesson]``.

``deploy-app``: a wiki is deployed headless on a fresh practice swarm; its upgrade is then driven in JupyterLab, and the
window is pictured from the plan to the report. ``lesson``: the first lesson is worked to a machine that is lost, the
wrong one at first, and the window is pictured at the check that says so.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from playwright.sync_api import Locator, Page, sync_playwright

from tests.browser import runs
from tests.browser.conftest import FLAGS
from tests.browser.first_lesson import checked, first_steps, open_first, write
from tests.browser.jupyter import Lab, jupyterlab
from tests.browser.notebook import PATIENCE, SECOND, NotebookPage, cell_ids
from tests.runbook.headless import deploy

FOLDER = Path(__file__).parents[2] / "docs" / "images"
DOMAIN = "wiki.example.org"
WIDTH = 1240
TALL = 4000


def main(names: Sequence[str]) -> int:
    """Write all pictures, or the named ones."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(FLAGS))
        for name in names or PICTURES:
            with tempfile.TemporaryDirectory(prefix="coopnb-screenshot-") as folder:
                workspace = Path(folder) / "workspace"
                workspace.mkdir()
                with jupyterlab(workspace) as lab:
                    page = browser.new_page(viewport={"width": WIDTH, "height": 900})
                    page.set_default_timeout(PATIENCE)
                    PICTURES[name](lab, page)
                    target = FOLDER / f"{name}.png"
                    page.screenshot(path=target)
                    page.close()
            print(f"wrote {target} ({target.stat().st_size // 1000} kB)")
        browser.close()
    return 0


def upgrade(lab: Lab, page: Page) -> None:
    """Drive the runbook to its end, and make the window show it from the plan to the report's drawing."""
    root = lab.workspace.root
    before = deploy(root, server="practice", recipe="wiki", domain=DOMAIN, version="1.2.0+1.39.8")
    assert before.status == 0, before.out + before.err
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
    show(runbook, "plan-text", runbook.output("watch").locator("figure"))


def lesson(lab: Lab, page: Page) -> None:
    """Work the first lesson until a machine is lost on which nothing ran; the check says what is still missing."""
    _index, notebook = open_first(page, lab.start, lab.workspace.own)
    notebook.menu("View", "Appearance", "Show Left Sidebar")
    home = first_steps(notebook)
    write(notebook, "killed", 'lesson.server.practice.fault("kill", "wiki_example_org_app.1")')
    checked(notebook, "killed-check", "Step 3 of 5, killed: ok")
    app = (notebook.output("killed-check").text_content() or "").rpartition("in its place, on ")[2][:5]
    # node1 is the manager, without which nobody answers.
    idle = min({"node2", "node3"} - {home, app})
    steps = (f'fault("node-down", "{idle}")', "advance(20)")
    write(notebook, "lost", "\n".join([*(f"lesson.server.practice.{step}" for step in steps), "lesson.look()"]))
    checked(notebook, "lost-check", f"not yet.*{idle} is down, and had no task")
    show(notebook, "killed-text", notebook.output("lost-check"))


def show(notebook: NotebookPage, first: str, last: Locator) -> None:
    """Make the window as tall as what lies between a cell and something below it, and show that."""
    page = notebook.page
    page.set_viewport_size({"width": WIDTH, "height": TALL})
    page.wait_for_timeout(0.5 * SECOND)
    top, end = notebook.cell(first).bounding_box(), last.bounding_box()
    assert top and end
    above = 92
    height = round(end["y"] + end["height"] - top["y"]) + above + 40
    page.set_viewport_size({"width": WIDTH, "height": height})
    notebook.cell(first).evaluate("cell => cell.scrollIntoView({block: 'start'})")
    page.wait_for_timeout(0.5 * SECOND)


PICTURES: Mapping[str, Callable[[Lab, Page], None]] = {"deploy-app": upgrade, "lesson": lesson}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
