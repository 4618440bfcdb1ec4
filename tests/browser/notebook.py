"""A notebook in JupyterLab: its cells, its widgets, its menu, as a person finds them on the page."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
from playwright.sync_api import Download, Locator, Page, expect

SECOND = 1000.0
"""Playwright counts in milliseconds."""
PATIENCE = 60 * SECOND
"""What a page or a short cell may take on a busy machine."""
INTERRUPT = 'jp-button[data-command="notebook:interrupt-kernel"]'


def cell_ids(notebook: Path) -> list[str]:
    """The ids of a notebook's cells, in order."""
    return [cell.id for cell in nbformat.read(notebook, as_version=4).cells]  # type: ignore[no-untyped-call]


class NotebookPage:
    """The notebook that stands in front on a page of JupyterLab.

    Args:
        ids: the ids of its cells, in order.
    """

    def __init__(self, page: Page, ids: list[str]) -> None:
        self.page = page
        self._ids = ids

    @property
    def panel(self) -> Locator:
        """The notebook itself, without Lab around it."""
        return self.page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")

    def wait_for_kernel(self) -> None:
        """Wait until the kernel is there and idle."""
        expect(self.panel.locator(".jp-Cell")).to_have_count(len(self._ids), timeout=PATIENCE)
        indicator = self.panel.locator(".jp-Notebook-ExecutionIndicator")
        expect(indicator).to_have_attribute("data-status", "idle", timeout=PATIENCE)
        expect(self.page.locator("#jp-main-statusbar")).to_contain_text("| Idle", timeout=PATIENCE)

    def cell(self, cell_id: str) -> Locator:
        """A cell, by its id."""
        return self.panel.locator(".jp-Cell").nth(self._ids.index(cell_id))

    def output(self, cell_id: str) -> Locator:
        """What stands under a cell."""
        return self.cell(cell_id).locator(".jp-Cell-outputArea")

    def error(self, cell_id: str) -> Locator:
        """The error under a cell."""
        return self.output(cell_id).locator('[data-mime-type="application/vnd.jupyter.stderr"]')

    def start_cell(self, cell_id: str) -> None:
        """Click into a cell and press Shift+Enter."""
        self.cell(cell_id).locator(".jp-InputArea-editor").click()
        # Lab moves the focus by itself when it has drawn the cell; keys pressed before that go elsewhere.
        expect(self.cell(cell_id).locator(".cm-content")).to_be_focused(timeout=PATIENCE)
        self.page.keyboard.press("Shift+Enter")

    def run_cell(self, cell_id: str, within: float = PATIENCE) -> None:
        """Run a cell and wait for its end."""
        before = self.prompt(cell_id)
        self.start_cell(cell_id)
        self.wait_for_end(cell_id, before, within)

    def wait_for_end(self, cell_id: str, before: str = "[ ]:", within: float = PATIENCE) -> None:
        """Wait until a cell has a number, and another than it had before."""
        number = re.compile(rf"^(?!{re.escape(before)}$)\[\d+\]:$")
        expect(self._prompt(cell_id)).to_have_text(number, timeout=within)

    def prompt(self, cell_id: str) -> str:
        """``[ ]:`` of a cell that did not run, ``[*]:`` while it runs, then its number."""
        return (self._prompt(cell_id).text_content() or "").strip()

    def field(self, cell_id: str, label: str) -> Locator:
        """The control of a widget, by the label that stands before it."""
        return self.output(cell_id).get_by_label(label, exact=True)

    def type(self, cell_id: str, label: str, text: str) -> None:
        """Type into a field, key by key, and leave it with Tab, which must lead to what follows in the same form."""
        field = self.field(cell_id, label)
        field.click()
        field.press_sequentially(text)
        expect(field).to_have_value(text)
        field.press("Tab")
        expect(self.output(cell_id).locator(":focus")).to_have_count(1)

    def menu(self, *names: str) -> None:
        """Choose from the menu bar, as ``menu("Run", "Run All Cells")``."""
        self.page.locator(".lm-MenuBar-itemLabel", has_text=_exactly(names[0])).click()
        for depth, name in enumerate(names[1:]):
            opened = self.page.locator(".lm-Menu").nth(depth)
            opened.locator(".lm-Menu-itemLabel", has_text=_exactly(name)).click()

    def save(self) -> None:
        """Save, and wait until nothing of it is unsaved."""
        self.page.keyboard.press("Control+s")
        expect(self.page.locator(".jp-mod-current.jp-mod-dirty")).to_have_count(0, timeout=PATIENCE)

    def export(self, form: str, target: Path) -> Path:
        """Choose from File, Save and Export Notebook As; keep what the browser is given."""
        given: list[Download] = []

        def keep(download: Download) -> None:
            given.append(download)

        self.page.context.on("page", lambda opened: opened.on("download", keep))
        self.page.on("download", keep)
        self.menu("File", "Save and Export Notebook As", form)
        for _ in range(200):
            if given:
                break
            self.page.wait_for_timeout(0.1 * SECOND)
        assert given, "the browser was given nothing to save"
        given[0].save_as(target)
        return target

    def _prompt(self, cell_id: str) -> Locator:
        return self.cell(cell_id).locator(".jp-InputPrompt")


def _exactly(text: str) -> re.Pattern[str]:
    return re.compile(rf"^{re.escape(text)}(…|\.\.\.)?$")
