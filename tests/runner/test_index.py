"""The index lists what there is and what ran, and survives a run that cannot be read."""

from __future__ import annotations

from pathlib import Path

from coopnb.runner import new_run
from coopnb.runner.index import offered, ran
from coopnb.runner.lab import prepare
from coopnb.show.index import CopyForm, index_output
from coopnb.workspace import Workspace


def test_what_there_is() -> None:
    """Every runbook, lesson and drill must be listed with a purpose, and the index itself must not."""
    there = {item.name: item for item in offered()}

    assert {"deploy-app", "1-what-a-swarm-is", "1-the-page-is-gone"} <= set(there)
    assert "index" not in there
    assert all(len(item.purpose) > 10 for item in there.values())


def test_what_ran(tmp_path: Path) -> None:
    """Runs must be told newest first; one whose ledger cannot be read must say so and hide no other."""
    place = Workspace(tmp_path)
    assert "Nothing yet" in index_output((), tuple(ran(place))).text
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


def test_a_lesson_that_was_begun_stays(tmp_path: Path) -> None:
    """Opening Lab again must not write over a lesson that somebody works on."""
    root = prepare(Workspace(tmp_path))
    lesson = root / "lessons" / "1-what-a-swarm-is.ipynb"
    lesson.write_text("mine")

    prepare(Workspace(tmp_path))

    assert lesson.read_text() == "mine"
    assert (root / "index.ipynb").is_file()
