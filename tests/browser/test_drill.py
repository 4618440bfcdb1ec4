"""The first drill, worked through as a person does: found and mended with the runbooks' own means, then scored."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.browser.jupyter import Lab

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.shots import Shots

pytestmark = [pytest.mark.real, pytest.mark.timeout(240)]

NAME = "1-the-page-is-gone"
DOMAIN = "hello.example.org"
OPEN = f"""import coopnb as co

drill = co.open_drill("{NAME}", seed=7)"""
LOOK = f"""down = drill.open_book("app-is-down", server="practice", domain="{DOMAIN}")
down.take()
down.gather()
down.narrow()"""


def test_drill(lab: Lab, page: Page, shots: Shots) -> None:
    """From the index, a drill must be opened, looked into, mended by an approved plan and scored, by hand alone."""
    from playwright.sync_api import expect

    from tests.browser.first_lesson import checked, open_by_link, open_index, write
    from tests.browser.notebook import SECOND

    index = open_index(page, lab.start, lab.workspace.own)
    drill = open_by_link(index, "what", "the page is gone", lab.workspace.own / "drills" / f"{NAME}.ipynb")
    write(drill, "open", OPEN, within=90 * SECOND)
    shots.window(drill, "broken")
    checked(drill, "drill-check", "mended: not yet.*does not serve as its files want it")
    write(drill, "find", LOOK)
    expect(drill.output("find")).to_contain_text("What it points to")
    shots.window(drill, "looked")
    for cell in ("take", "plan"):
        drill.run_cell(cell)
    expect(drill.output("plan")).to_contain_text("~ update")
    drill.run_cell("gate")
    drill.type("gate", "Domain of the app", DOMAIN)
    drill.type("gate", "Reason", "somebody changed it by hand")
    drill.run_cell("apply")
    drill.run_cell("watch", within=90 * SECOND)
    expect(drill.output("watch")).to_contain_text("Converged in")
    checked(drill, "drill-check", f"{DOMAIN} is mended: \\d+ of 100 points")
    score = drill.output("drill-check")
    expect(score).to_contain_text(re.compile(r"1 service written.*the shortest way writes 1"))
    expect(score).to_contain_text(re.compile(r"requests failed\s*\d+ of \d+, reckoned"))
    shots.whole(drill, "end")
