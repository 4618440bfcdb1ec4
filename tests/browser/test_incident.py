"""An app that is down, mended in JupyterLab as a person does it at night, and its record as somebody else reads it."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from coopnb.engine import connect as engine
from coopnb.model.snapshot import Snapshot
from coopnb.server import connect as server
from tests.browser import runs
from tests.browser.jupyter import Lab
from tests.runbook.headless import deploy

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.browser.notebook import NotebookPage
    from tests.browser.shots import Shots

pytestmark = [pytest.mark.real, pytest.mark.timeout(420)]

DOMAIN = "songs.example.org"
STACK = "songs_example_org"
NO_SUCH_IMAGE = "nginx:1.99.0"
PHONE_WIDTH = 390
"""A phone held upright, in CSS pixels."""


def test_an_app_is_down(lab: Lab, browser: Browser, page: Page, shots: Shots, tmp_path: Path) -> None:
    """From the index to the closed incident with mouse and keyboard; its record alone must then tell all of it."""
    from tests.browser.first_lesson import open_index
    from tests.browser.from_index import follow, link_to_copy

    broken(lab)
    index = open_index(page, lab.start, lab.workspace.own)
    runbook, copy = follow(link_to_copy(index, "app-is-down"), lab.workspace.own)
    report(runbook, shots)
    decide(runbook, shots)
    mend(runbook)
    close(runbook, shots)

    record = runbook.export("Record", tmp_path / "record.html")

    assert runs.facts(copy, "closed")["ending"] == "resolved"
    with reading(browser, record) as reader:
        first_screen(reader)
        timeline(reader)
        evidence_and_cells(reader)
        look_at(reader, shots)


def broken(lab: Lab) -> None:
    """Deploy an app; then somebody, without coopnb, asks for an image that nobody has."""
    ran = deploy(lab.workspace.root, server="practice", recipe="hello", version="1.1.0+1.28.0", domain=DOMAIN)
    assert ran.status == 0, ran.out + ran.err
    with closing(server("practice", workspace=lab.workspace)) as practice:
        practice.practice.fault("image-withdrawn", NO_SUCH_IMAGE)
        with closing(engine(practice.identity.endpoint)) as door:
            [service] = door.services(STACK).body
            spec = service["Spec"]
            spec["TaskTemplate"]["ContainerSpec"]["Image"] = NO_SUCH_IMAGE
            spec["UpdateConfig"] = {"Parallelism": 1, "Order": "stop-first", "FailureAction": "pause"}
            door.update_service(service["ID"], service["Version"]["Index"], spec)
        deadline = time.monotonic() + 60
        while not is_down(practice.snapshot(STACK)) and time.monotonic() < deadline:
            time.sleep(0.2)
        assert is_down(practice.snapshot(STACK))


def is_down(seen: Snapshot) -> bool:
    """Whether the update has ended badly and nothing of it runs."""
    return all(not one.running and one.update is not None and one.update.state == "paused" for one in seen.services)


def report(runbook: NotebookPage, shots: Shots) -> None:
    """Say which app, and what was noticed; gather and narrow down."""
    from playwright.sync_api import expect

    runbook.run_cell("parameters")
    runbook.run_cell("choose")
    runbook.field("choose", "Server").select_option("practice")
    runbook.type("choose", "App", DOMAIN)
    runbook.type("choose", "Noticed", "since rehearsal the page does not load")
    runbook.run_cell("take")
    expect(runbook.output("take")).to_contain_text(f"Incident: {DOMAIN} on practice")
    runbook.run_cell("gather")
    expect(runbook.output("gather")).to_contain_text("0 of 1 task running")
    expect(runbook.output("gather")).to_contain_text(NO_SUCH_IMAGE)
    runbook.run_cell("narrow")
    shots.whole(runbook, "narrowed")


def decide(runbook: NotebookPage, shots: Shots) -> None:
    """Choose the remedy and the state, and say why."""
    from playwright.sync_api import expect

    runbook.field("narrow", "Remedy").select_option(index=2)
    runbook.field("narrow", "State").select_option(index=1)
    runbook.type("narrow", "Reason", "nobody of us asked for that image")
    shots.window(runbook, "decided")
    runbook.run_cell("decide")
    expect(runbook.output("decide")).to_contain_text("Decided: roll back (coopnb_songs_example_org_")


def mend(runbook: NotebookPage) -> None:
    """Read the plan, find that it waits for the right words, give them, and watch."""
    from playwright.sync_api import expect

    from tests.browser.notebook import SECOND

    runbook.run_cell("plan")
    expect(runbook.output("plan")).to_contain_text(f"{NO_SUCH_IMAGE} -> nginx:1.28.0")
    runbook.run_cell("gate")
    runbook.run_cell("apply")
    expect(runbook.error("apply")).to_contain_text("NotApproved: this plan waits for an approval; nothing was written")
    runbook.type("gate", "Domain of the app", DOMAIN)
    expect(runbook.field("gate", "Reason")).to_have_value("nobody of us asked for that image")
    expect(runbook.output("gate")).to_contain_text("✓ matches")
    runbook.run_cell("apply")
    runbook.run_cell("watch", within=90 * SECOND)
    expect(runbook.output("watch")).to_contain_text("Converged in")


def close(runbook: NotebookPage, shots: Shots) -> None:
    """See it stay up for a minute, say what it was, and close; then write into a cell that has run."""
    from playwright.sync_api import expect

    from tests.browser.notebook import SECOND

    runbook.run_cell("verify", within=150 * SECOND)
    expect(runbook.output("verify")).to_contain_text("1 of 1 check passed")
    runbook.type("verify", "Cause", "somebody updated the service by hand")
    runbook.run_cell("close")
    expect(runbook.output("close")).to_contain_text(f"Incident of {DOMAIN} closed: resolved")
    runbook.cell("take").locator(".jp-InputArea-editor").click()
    runbook.page.keyboard.press("Control+End")
    runbook.page.keyboard.type("  # ten past two")
    shots.whole(runbook, "closed")
    runbook.save()


@contextmanager
def reading(browser: Browser, record: Path) -> Iterator[Page]:
    """The record in the browser of somebody who has nothing but the file: no network, no script."""
    context = browser.new_context(java_script_enabled=False, offline=True, viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    asked: list[str] = []
    opened.on("request", lambda request: asked.append(request.url))
    opened.goto(record.as_uri())
    yield opened
    assert asked == [record.as_uri()], "a record asks for nothing"
    context.close()


def first_screen(page: Page) -> None:
    """What, which app, which server, from when to when, who, why, what was changed, how verified, how it ended."""
    from playwright.sync_api import expect

    header = page.locator(".record-header")
    expect(header.get_by_role("heading")).to_have_text(f"Incident: {DOMAIN} was down")
    for words in (
        "practice swarm",
        re.compile(r"● resolved\. The app was seen to stay up for 1 min( \d+ s)?\."),
        "by ana@laptop",
        "“since rehearsal the page does not load”",
        f"the image of app, {NO_SUCH_IMAGE}",
        "“somebody updated the service by hand” (the operator's words)",
        "roll back to coopnb_songs_example_org_",
        "“nobody of us asked for that image”",
        f"{STACK}_app: 1 of 1 tasks run, healthy; watched for 1 min",
        "resolved, said by ana@laptop",
        "edited after it ran: cell 3 (take)",
    ):
        expect(header).to_contain_text(words)
    when = header.get_by_text(re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d - (\S+ )?\d\d:\d\d:\d\d UTC \("))
    expect(when).to_be_visible()
    box = header.bounding_box()
    assert box is not None and box["y"] + box["height"] <= 900, "it is more than one screen"


def timeline(page: Page) -> None:
    """Both sides in one order: the change behind everybody's back before the report, the mending after it."""
    rows = page.locator(".record-timeline tbody tr").all_inner_texts()
    lines = [" ".join(row.split()) for row in rows]
    order = [
        f"service {STACK}_app: image nginx:1.28.0 -> {NO_SUCH_IMAGE}",
        f"service {STACK}_app: update paused",
        "ana@laptop begins app-is-down, in a notebook",
        f"looks at {DOMAIN} on practice",
        "gathers the facts",
        "ana@laptop decides: roll back",
        "ana@laptop approves",
        "applies the plan",
        f"update service {STACK}_app accepted",
        f"service {STACK}_app: image {NO_SUCH_IMAGE} -> nginx:1.28.0",
        "converged after",
        "checks: 1 of 1 as expected",
        "ana@laptop closes the incident: resolved",
    ]
    assert any(f"{STACK}_app.1 on node" in line and "rejected: No such image" in line for line in lines)
    found = 0
    for words in order:
        later = [at for at, line in enumerate(lines) if at >= found and words in line]
        assert later, (words, lines)
        found = later[0]


def evidence_and_cells(page: Page) -> None:
    """How it stood, what failed, and of each cell what became of it."""
    from playwright.sync_api import expect

    expect(page.locator("main")).to_contain_text("0 of 1 running")
    expect(page.locator(".record-evidence")).to_contain_text("No such image")
    labels = page.locator(".record-cell > .record-label")
    expect(labels).to_have_count(12)
    expect(labels.nth(2)).to_have_text(
        "Cell 3, take, edited by hand, edited after it ran: this is not the source that ran"
    )
    expect(labels.nth(11)).to_have_text("Cell 12, close, ran")


def look_at(page: Page, shots: Shots) -> None:
    """Keep pictures of the record as it is read: on a screen, at night, on paper, on a phone."""
    page.emulate_media(media="screen", color_scheme="light")
    shots.page(page, "record-light")
    page.emulate_media(media="screen", color_scheme="dark")
    shots.page(page, "record-dark")
    page.emulate_media(media="print", color_scheme="light")
    shots.page(page, "record-print")
    page.pdf(path=shots.folder / "record.pdf", format="A4")
    page.emulate_media(media="screen", color_scheme="light")
    page.set_viewport_size({"width": PHONE_WIDTH, "height": 844})
    shots.page(page, "record-phone")
    for part in page.locator(".record-header, main > h2, .record-timeline, main > table, .record-evidence").all():
        box = part.bounding_box()
        assert box is None or box["x"] + box["width"] <= PHONE_WIDTH, f"cut off on a phone: {part.inner_text()[:80]}"
