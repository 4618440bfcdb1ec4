"""Charts in JupyterLab: a watch that moves and is stopped by its button, and the whole fleet."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
import pytest

import coopnb
from coopnb.practice import process
from coopnb.runner.models import with_parameters
from coopnb.server import practice_home
from tests.browser.jupyter import Lab
from tests.runbook.headless import deploy

if TYPE_CHECKING:
    from tests.browser.notebook import NotebookPage
    from tests.browser.shots import Shots

pytestmark = [pytest.mark.real, pytest.mark.timeout(180)]

DOMAIN = "choir.example.org"
CONNECT = 'import coopnb as co\nserver = co.connect("practice")'
WATCH = f'chart = server.watch("{DOMAIN}", seconds=600)\nchart'
CHART = f'server.practice.fault("crash-loop", "choir_example_org_app", after=3)\nserver.watch("{DOMAIN}", seconds=25)'


def notebook(lab: Lab, name: str, **cells: str) -> Path:
    """A notebook of one's own, beside the runs."""
    written = nbformat.v4.new_notebook()  # type: ignore[no-untyped-call]
    written.cells = [nbformat.v4.new_code_cell(source, id=key) for key, source in cells.items()]  # type: ignore[no-untyped-call]
    written.metadata["kernelspec"] = {"display_name": "Python 3", "language": "python", "name": "python3"}
    path = lab.workspace.make(lab.workspace.own) / name
    nbformat.write(written, path)  # type: ignore[no-untyped-call]
    return path


def test_a_watch_moves_and_is_stopped_by_its_button(
    lab: Lab, shots: Shots, open_notebook: Callable[[Path], NotebookPage]
) -> None:
    """The button must end the running cell, without an error, and the chart must stay as a static output."""
    from playwright.sync_api import expect

    from tests.browser.notebook import SECOND

    before = deploy(lab.workspace.root, server="practice", recipe="wiki", domain=DOMAIN, version="1.3.0+1.39.17")
    assert before.status == 0, before.out + before.err
    path = notebook(lab, "watching.ipynb", connect=CONNECT, watch=WATCH, chart=CHART)
    page = open_notebook(path)
    page.run_cell("connect")
    page.start_cell("watch")
    line = page.output("watch").locator(".jupyter-widgets").first
    expect(line).to_contain_text(" s of 10 min 0 s", timeout=30 * SECOND)
    shots.window(page, "live")

    page.output("watch").get_by_role("button", name="Stop watching").click()
    page.wait_for_end("watch", within=20 * SECOND)

    expect(page.error("watch")).to_have_count(0)
    expect(page.output("watch")).to_contain_text("The watch was stopped; the swarm goes on.")
    expect(page.output("watch").locator("svg").first).to_be_visible()
    page.run_cell("chart", within=60 * SECOND)
    expect(page.output("chart")).to_contain_text("app.1 restarted")
    shots.whole(page, "light")
    page.menu("Settings", "Theme", "JupyterLab Dark")
    page.page.wait_for_timeout(1 * SECOND)
    shots.whole(page, "dark")
    page.menu("Settings", "Theme", "JupyterLab Light")
    # the tests that follow look at what Lab lists
    path.unlink()


def test_the_fleet(lab: Lab, shots: Shots, open_notebook: Callable[[Path], NotebookPage]) -> None:
    """The server that is down must stand first, with the others after it, and the last cell must fail."""
    from playwright.sync_api import expect

    north = practice_home(lab.workspace, name="practice-north")
    process.start(lab.workspace.make(north))
    try:
        path = coopnb.new_run("fleet-health", workspace=lab.workspace.root).notebook
        written = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
        with_parameters(written, {"servers": "practice, practice-north, unix:///nobody/docker.sock"}, str(path))
        nbformat.write(written, path)  # type: ignore[no-untyped-call]
        page = open_notebook(path)
        for cell in ("parameters", "injected-parameters", "choose", "look", "chart", "check"):
            page.run_cell(cell)

        expect(page.output("look")).to_contain_text("3 servers: 1 cannot be reached")
        expect(page.output("choose").get_by_label("practice-north")).to_be_checked()
        expect(page.error("check")).to_contain_text("ConnectFailed: 3 servers: 1 cannot be reached")
        expect(page.error("check")).not_to_contain_text("Traceback")
        shots.whole(page, "light")
        page.menu("Settings", "Theme", "JupyterLab Dark")
        page.page.wait_for_timeout(1000)
        shots.whole(page, "dark")
        page.menu("Settings", "Theme", "JupyterLab Light")
    finally:
        process.stop(north)
