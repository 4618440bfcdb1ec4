"""One JupyterLab and one Chromium for all tests here; a fresh browser profile for each."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.jupyter import Lab, jupyterlab
from tests.browser.requirements import require_browser

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.browser.notebook import NotebookPage
    from tests.browser.shots import Shots

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A JupyterLab on a workspace of its own."""
    require_browser()
    workspace = tmp_path_factory.mktemp("browser") / "workspace"
    workspace.mkdir()
    with jupyterlab(workspace) as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, without a window."""
    require_browser()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(FLAGS))
        yield started
        started.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Picture what stood in the window when a test failed."""
    report = yield
    given = getattr(item, "funcargs", {})
    if call.when == "call" and call.excinfo is not None and "page" in given:
        path = given["shots"].folder / f"{item.name}-failed.png"
        given["page"].screenshot(path=path)
        report.sections.append(("screenshot", str(path)))
    return report


@pytest.fixture
def page(browser: Browser, lab: Lab) -> Iterator[Page]:
    """A window that knows nothing of the tests before it, and a Lab that remembers nothing of theirs."""
    from tests.browser.notebook import PATIENCE
    from tests.browser.shots import HEIGHT, WIDTH

    lab.forget_layout()
    context = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT}, accept_downloads=True)
    opened = context.new_page()
    opened.set_default_timeout(PATIENCE)
    yield opened
    context.close()


@pytest.fixture
def open_notebook(lab: Lab, page: Page) -> Callable[[Path], NotebookPage]:
    """Open a notebook of the workspace by its path, in a layout of its own, and wait for its kernel."""
    from tests.browser.notebook import NotebookPage, cell_ids

    def opened(path: Path) -> NotebookPage:
        page.goto(lab.page(str(path.relative_to(lab.workspace.own))))
        notebook = NotebookPage(page, cell_ids(path))
        notebook.wait_for_kernel()
        return notebook

    return opened


@pytest.fixture
def shots(request: pytest.FixtureRequest, tmp_path: Path) -> Shots:
    """Where a test keeps its pictures."""
    from tests.browser.shots import Shots, folder

    name = request.node.name.removeprefix("test_")
    return Shots(folder(os.environ, tmp_path), name)
