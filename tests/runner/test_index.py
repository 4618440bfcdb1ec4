"""The index lists what there is and what ran, and survives a run that cannot be read."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest

from coopnb.runner import new_run
from coopnb.runner.index import offered, ran
from coopnb.runner.lab import prepare
from coopnb.runner.models import model_names, read_model
from coopnb.show.index import CopyForm, index_output
from coopnb.workspace import Workspace
from tests.runbook.headless import coopnb, deploy
from tests.runbook.places import practice_place


def test_what_there_is() -> None:
    """Every runbook, lesson and drill must be listed with a purpose, and the index itself must not."""
    there = {item.name: item for item in offered()}

    assert {"deploy-app", "1-what-a-swarm-is", "1-the-page-is-gone"} <= set(there)
    assert "index" not in there
    assert all(len(item.purpose) > 10 for item in there.values())


def test_what_ran(tmp_path: Path) -> None:
    """Runs must be told newest first; one whose ledger cannot be read must say so and hide no other."""
    place = Workspace(tmp_path)
    assert "No runbook ran here yet" in index_output((), tuple(ran(place))).text
    form = CopyForm(offered(), lambda name: new_run(name, workspace=place))
    form.buttons["deploy-app"].click()
    torn = place.make(place.runs / "2026-01-01_torn")
    (torn / "ledger.jsonl").write_bytes(b"\xff\xfe not a ledger\n")

    runs = tuple(ran(place))

    assert {run.runbook for run in runs} >= {"deploy-app"}
    assert len(runs) == 2
    [made] = [run for run in runs if run.runbook == "deploy-app"]
    assert made.ended == "begun, nothing done yet"
    assert (place.own / made.notebook).is_file()
    assert made.record == ""


@pytest.mark.headless
def test_how_a_run_is_told(tmp_path: Path) -> None:
    """A run must say runbook, app, server and how it ended in plain words, and lead to its notebook and its record."""
    with practice_place(tmp_path):
        first = deploy(tmp_path, server="practice", recipe="hello", domain="hello.example.org")
        assert first.status == 0, first.out + first.err
        coopnb(tmp_path, "run", "fleet-health", servers="practice")
    place = Workspace(tmp_path)

    fleet, done, stopped = ran(place)
    shown = index_output((), (fleet, done, stopped))

    assert (done.runbook, done.app, done.server) == ("deploy-app", "hello.example.org", "practice")
    assert done.ended == "done: every task runs and stayed up"
    assert stopped.ended == "stopped before any change"
    assert (fleet.runbook, fleet.app, fleet.server) == ("fleet-health", "", "practice")
    assert fleet.ended == "looked, changed nothing"
    for path in (done.notebook, done.record):
        assert (place.own / path).is_file()
        assert f'<a href="{path}">' in shown.html
        assert path in shown.text


@pytest.mark.parametrize("kind", ["lessons", "drills"])
def test_a_lesson_has_one_copy(kind: str, tmp_path: Path) -> None:
    """A lesson or a drill must be opened by its link in the index, and be the same copy however it is asked for."""
    place = Workspace(tmp_path)
    root = prepare(place)

    for item in (item for item in offered() if item.kind == kind):
        path = root / item.notebook
        assert path.is_file()
        assert new_run(item.name, workspace=place).notebook == path
        assert f'<a href="{item.notebook}">' in index_output((item,), ()).html
    assert not list(place.runs.iterdir())


def test_every_link_leads_on(tmp_path: Path) -> None:
    """Every link between the index, the lessons and the drills must lead to a notebook that Lab has there."""
    root = prepare(Workspace(tmp_path))
    led: dict[str, set[str]] = {}
    for path in root.rglob("*.ipynb"):
        text = "\n".join(cell.source for cell in read_model(path).cells if cell.cell_type == "markdown")
        found = [(path.parent / link).resolve() for link in re.findall(r"\]\(([^)]+)\)", text)]
        assert [str(link) for link in found if not link.is_file()] == []
        led[path.stem] = {link.stem for link in found}

    course = ["index", *model_names("lessons"), *model_names("drills")]
    assert set(led) == set(course)
    assert all(then in led[name] for name, then in pairwise(course))
    assert all("index" in led[name] for name in course[1:])


def test_a_lesson_that_was_begun_stays(tmp_path: Path) -> None:
    """Opening Lab again must not write over a lesson that somebody works on."""
    root = prepare(Workspace(tmp_path))
    lesson = root / "lessons" / "1-what-a-swarm-is.ipynb"
    lesson.write_text("mine")

    prepare(Workspace(tmp_path))

    assert lesson.read_text() == "mine"
    assert (root / "index.ipynb").is_file()
