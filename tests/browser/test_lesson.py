"""The first lesson, worked through as a new admin does: from what ``make lab`` opens, with mouse and keyboard."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.browser.jupyter import Lab

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.notebook import NotebookPage
    from tests.browser.shots import Shots

pytestmark = [pytest.mark.real, pytest.mark.timeout(240)]

NAME = "1-what-a-swarm-is"


def write(lesson: NotebookPage, cell_id: str, text: str) -> None:
    """Replace what stands in a cell, key by key as far as it matters, and run it."""
    lesson.cell(cell_id).locator(".jp-InputArea-editor").click()
    lesson.page.keyboard.press("Control+a")
    lesson.page.keyboard.insert_text(text)
    lesson.run_cell(cell_id)


def checked(lesson: NotebookPage, cell_id: str, words: str) -> None:
    """Run a check, and see what it says."""
    from playwright.sync_api import expect

    from tests.browser.notebook import SECOND

    lesson.run_cell(cell_id, within=90 * SECOND)
    expect(lesson.output(cell_id)).to_contain_text(re.compile(words, re.DOTALL))


def test_first_lesson(lab: Lab, page: Page, shots: Shots) -> None:
    """One click must lead to the first lesson, and each of its checks must tell what was done and what was not."""
    from tests.browser.notebook import SECOND, NotebookPage, cell_ids

    page.goto(lab.start)
    index = NotebookPage(page, cell_ids(lab.workspace.own / "index.ipynb"))
    index.wait_for_kernel()
    shots.window(index, "index")
    index.cell("what").get_by_role("link", name="lesson 1").click()
    lesson = NotebookPage(page, cell_ids(lab.workspace.own / "lessons" / f"{NAME}.ipynb"))
    lesson.wait_for_kernel()

    lesson.run_cell("open", within=90 * SECOND)
    shots.window(lesson, "opened")
    lesson.run_cell("nodes")
    checked(lesson, "nodes-check", "not yet")
    write(lesson, "nodes", "nodes = 3")
    checked(lesson, "nodes-check", "Step 1 of 5, nodes: ok")
    home = lesson.output("open").locator("tr").filter(has_text="db.1").locator("td").nth(2).inner_text().strip()
    write(lesson, "where", f'node = "{home}"')
    checked(lesson, "where-check", "Step 2 of 5, where: ok")
    shots.window(lesson, "where")
    checked(lesson, "killed-check", "no task of wiki_example_org_app was killed yet")
    write(lesson, "killed", 'lesson.server.practice.fault("kill", "wiki_example_org_app.1")')
    checked(lesson, "killed-check", "Step 3 of 5, killed: ok")
    write(
        lesson,
        "lost",
        f'lesson.server.practice.fault("node-down", "{home}")\nlesson.server.practice.advance(20)',
    )
    checked(lesson, "lost-check", f"Step 4 of 5, node-lost: ok.*{home} is down")
    lesson.run_cell("lost-look")
    write(
        lesson,
        "back",
        f'lesson.server.practice.fault("node-up", "{home}")\nlesson.server.practice.advance(10)',
    )
    lesson.run_cell("back-look")
    write(lesson, "idle", f'idle = "{home}"')
    checked(lesson, "back-check", "Step 5 of 5, node-back: ok")
    shots.whole(lesson, "end")
    page.wait_for_timeout(0.2 * SECOND)
