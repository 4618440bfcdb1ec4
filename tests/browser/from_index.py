"""A copy of a runbook, made as a person makes it: from the page that JupyterLab opens with, by a button and a link."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Locator, expect

from tests.browser.notebook import NotebookPage, cell_ids


def link_to_copy(index: NotebookPage, runbook: str) -> Locator:
    """Run the cell of the index and click the runbook's button; the link that stands there then."""
    index.run_cell("index")
    index.output("index").get_by_role("button", name=f"Copy {runbook}", exact=True).click()
    link = index.output("index").get_by_role("link").filter(has_text=f"/{runbook}.ipynb")
    expect(link).to_be_visible()
    return link


def follow(link: Locator, own: Path) -> tuple[NotebookPage, Path]:
    """Click the link; the copy, as a page and as a file.

    Args:
        own: coopnb's folder of the workspace that JupyterLab shows.
    """
    copy = own / link.inner_text()
    link.click()
    runbook = NotebookPage(link.page, cell_ids(copy))
    runbook.wait_for_kernel()
    return runbook, copy
