"""The beginning of the first lesson, as a new admin does it: from the page that opens, with mouse and keyboard."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.notebook import PATIENCE, SECOND, NotebookPage, cell_ids

NAME = "1-what-a-swarm-is"


def open_first(page: Page, start: str, own: Path) -> tuple[NotebookPage, NotebookPage]:
    """From what JupyterLab opens with, one click to the first lesson; the index, and the lesson in front of it.

    Args:
        own: coopnb's folder of the workspace that JupyterLab shows.
    """
    index = open_index(page, start, own)
    return index, open_by_link(index, "what", "lesson 1", own / "lessons" / f"{NAME}.ipynb")


def open_index(page: Page, start: str, own: Path) -> NotebookPage:
    """What JupyterLab opens with."""
    page.goto(start)
    index = NotebookPage(page, cell_ids(own / "index.ipynb"))
    index.wait_for_kernel()
    return index


def open_by_link(notebook: NotebookPage, cell_id: str, name: str, path: Path) -> NotebookPage:
    """Click a link in a cell's text; the notebook that it leads to, in front of the one it stands in."""
    notebook.cell(cell_id).get_by_role("link", name=name).click()
    opened = NotebookPage(notebook.page, cell_ids(path))
    opened.wait_for_kernel()
    return opened


def first_steps(lesson: NotebookPage) -> str:
    """Open the lesson's swarm and work its first two steps; the node on which the database runs."""
    lesson.run_cell("open", within=90 * SECOND)
    lesson.run_cell("nodes")
    checked(lesson, "nodes-check", "not yet")
    write(lesson, "nodes", "nodes = 3")
    checked(lesson, "nodes-check", "Step 1 of 5, nodes: ok")
    # Lab draws no cell that is scrolled out of the window, and what is not drawn has no inner text.
    home = (
        lesson.output("open").locator("tr").filter(has_text="db.1").locator("td").nth(2).text_content() or ""
    ).strip()
    write(lesson, "where", f'node = "{home}"')
    checked(lesson, "where-check", "Step 2 of 5, where: ok")
    return home


def write(lesson: NotebookPage, cell_id: str, text: str, within: float = PATIENCE) -> None:
    """Replace what stands in a cell, key by key as far as it matters, and run it."""
    lesson.cell(cell_id).locator(".jp-InputArea-editor").click()
    lesson.page.keyboard.press("Control+a")
    lesson.page.keyboard.insert_text(text)
    lesson.run_cell(cell_id, within)


def checked(lesson: NotebookPage, cell_id: str, words: str) -> None:
    """Run a check, and see what it says."""
    lesson.run_cell(cell_id, within=90 * SECOND)
    expect(lesson.output(cell_id)).to_contain_text(re.compile(words, re.DOTALL))
