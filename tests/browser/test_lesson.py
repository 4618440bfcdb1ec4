"""The first lesson, worked through as a new admin does: from what ``make lab`` opens, with mouse and keyboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.jupyter import Lab

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.shots import Shots

pytestmark = [pytest.mark.real, pytest.mark.timeout(240)]


def test_first_lesson(lab: Lab, page: Page, shots: Shots) -> None:
    """One click must lead to the first lesson, its checks must tell what was done and what was not; one leads on."""
    from tests.browser.first_lesson import checked, first_steps, open_by_link, open_first, write
    from tests.browser.notebook import SECOND

    _index, lesson = open_first(page, lab.start, lab.workspace.own)
    home = first_steps(lesson)
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
    second = open_by_link(lesson, "end", "lesson 2", lab.workspace.own / "lessons" / "2-your-first-app.ipynb")
    second.run_cell("open", within=90 * SECOND)
    checked(second, "settings-check", "Step 1 of 4, settings: not yet.*no app has settings yet.*settings of hello")
    shots.window(second, "second")
