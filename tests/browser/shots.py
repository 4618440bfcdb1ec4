"""Pictures of what an operator sees, kept so that a person can look at them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from playwright.sync_api import Page

from tests.browser.notebook import SECOND, NotebookPage

WIDTH, HEIGHT = 1280, 900
TALLEST = 6000


class Shots:
    """A folder of pictures: ``$COOPNB_SCREENSHOTS``, or one of the test's own.

    Args:
        name: what the pictures of one test begin with.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self._name = name
        self._taken = 0
        folder.mkdir(parents=True, exist_ok=True)

    def window(self, notebook: NotebookPage, what: str) -> Path:
        """What stands in the window."""
        return self._take(notebook.page, what, whole=False)

    def page(self, page: Page, what: str) -> Path:
        """All of a page that is as long as what stands on it."""
        return self._take(page, what, whole=True)

    def _take(self, page: Page, what: str, *, whole: bool) -> Path:
        self._taken += 1
        path = self.folder / f"{self._name}-{self._taken:02}-{what}.png"
        page.screenshot(path=path, full_page=whole)
        print(f"screenshot: {path}")
        return path

    def whole(self, notebook: NotebookPage, what: str) -> Path:
        """All of a notebook, as in a window that is tall enough for it."""
        page = notebook.page
        page.set_viewport_size({"width": WIDTH, "height": TALLEST})
        cells = notebook.panel.locator(".jp-Cell")
        cells.first.scroll_into_view_if_needed()
        page.wait_for_timeout(0.3 * SECOND)
        last = cells.last.bounding_box()
        height = min(TALLEST, round(last["y"] + last["height"]) + 60) if last else TALLEST
        page.set_viewport_size({"width": WIDTH, "height": max(HEIGHT, height)})
        cells.first.scroll_into_view_if_needed()
        path = self.window(notebook, what)
        page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
        return path


def folder(environ: Mapping[str, str], otherwise: Path) -> Path:
    """Where pictures are kept."""
    named = environ.get("COOPNB_SCREENSHOTS")
    return Path(os.path.abspath(named)) if named else otherwise
