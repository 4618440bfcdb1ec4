"""A lesson that nobody has worked on says what is missing, step by step."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest

from coopnb.errors import TransportError
from coopnb.lessons import COURSES, open_lesson
from coopnb.runner.models import find_model, model_names, read_model
from tools.executing import execute
from tools.lessons import prepared, solutions

MISSING = {
    "1-what-a-swarm-is": {
        "nodes-check": "the number of rows of the first table",
        "where-check": "the node that stands in the row of db.1",
        "killed-check": "a killed one: put the fault kill into wiki_example_org_app.1",
        "lost-check": "a worker with a task that is down",
        "back-check": "the name of a node that runs no task now",
    },
    "2-your-first-app": {
        "settings-check": "settings of hello.example.org",
        "runs-check": "settings of hello.example.org",
        "greeting-check": "the app in the swarm: plan, approve in the form, apply, watch",
        "states-check": "how often a `coopnb_...` config was created",
    },
    "3-an-upgrade-goes-wrong": {
        "version-check": "the version before the arrow",
        "tried-check": "the upgrade to 1.4.0+1.43.0, applied",
        "why-check": "the upgrade of the step before",
        "changed-check": "another WIKI_NAME",
        "undone-check": "a change to undo: the step before",
        "agreed-check": "a change to undo: the step before",
    },
}


def outputs(cell: Any) -> str:
    """The text of a cell's outputs."""
    return "\n".join("".join(output.get("data", {}).get("text/plain", "")) for output in cell.outputs)


def test_every_lesson_has_a_model_and_a_solution() -> None:
    """A lesson must have its notebook, its worked solution, and its place in this file's table."""
    assert list(model_names("lessons")) == sorted(COURSES) == sorted(MISSING)
    assert set(MISSING) <= set(solutions())


@pytest.mark.headless
@pytest.mark.parametrize("name", MISSING)
def test_unsolved(name: str, tmp_path: Path) -> None:
    """Run as it is shipped, every check must say ``not yet`` and what is missing; none may be met."""
    notebook = read_model(find_model(name))
    notebook.metadata["coopnb"] = {"kind": "copy"}
    for cell in notebook.cells:
        # What waits for the learner stops such a cell; the checks are run all the same.
        cell.metadata.setdefault("tags", []).append("raises-exception")
    with prepared(name, tmp_path) as workspace:
        asyncio.run(execute(notebook, workspace))

    checks = {cell.id: outputs(cell) for cell in notebook.cells if cell.id.endswith("-check")}
    assert set(checks) == set(MISSING[name])
    for cell_id, missing in MISSING[name].items():
        assert "not yet" in checks[cell_id], checks[cell_id]
        assert missing in checks[cell_id]


@pytest.mark.headless
def test_something_else_was_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was done, and is not what the step asks for, must be told beside what is missing."""
    monkeypatch.chdir(tmp_path)
    with prepared("1-what-a-swarm-is", tmp_path) as workspace:
        lesson = open_lesson("1-what-a-swarm-is", workspace=workspace)
        seen = lesson.server.snapshot("wiki_example_org")
        busy = {task.node for task in seen.tasks}
        idle = next(node.hostname for node in seen.nodes if node.hostname not in busy)

        def told(step: str, answer: object = "") -> str:
            capsys.readouterr()
            lesson.check(step, answer=answer)
            return capsys.readouterr().out

        assert "you said 4" in (wrong := told("nodes", 4))
        assert "the swarm has another number of nodes; count the rows" in wrong
        assert f"you said {idle}" in told("where", idle)
        lesson.server.practice.fault("kill", "wiki_example_org_db.1")
        assert "no task of wiki_example_org_app was killed yet" in told("killed")
        assert f"{idle} is ready" in told("node-lost")
        lesson.server.practice.fault("node-down", idle)
        lesson.server.practice.advance(20)
        lost = told("node-lost")
        assert f"{idle} is down, and had no task" in lost
        assert "a worker that has one, taken down too" in lost
        away = told("node-back", idle)
        assert f"{idle} is not ready" in away
        assert f"the fault node-up for {idle}" in away


@pytest.mark.headless
def test_the_manager_was_taken_down(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever takes down the one machine that answers must be told how to bring it back, and be able to."""
    monkeypatch.chdir(tmp_path)
    with prepared("1-what-a-swarm-is", tmp_path) as workspace:
        lesson = open_lesson("1-what-a-swarm-is", workspace=workspace)
        lesson.server.practice.fault("node-down", "node1")
        told = re.escape('lesson.server.practice.fault("node-up", "node1")')
        with pytest.raises(TransportError, match=told):
            lesson.look()
        with pytest.raises(TransportError, match=told):
            lesson.check("node-lost")
        lesson.server.practice.fault("node-up", "node1")
        lesson.look()


@pytest.mark.headless
def test_settings_alone_change_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A setting that was written and not applied must be told as that: what runs, what is written, what is missing."""
    monkeypatch.chdir(tmp_path)
    with prepared("3-an-upgrade-goes-wrong", tmp_path) as workspace:
        lesson = open_lesson("3-an-upgrade-goes-wrong", workspace=workspace)
        lesson.setting("wiki.example.org", "WIKI_NAME", "Our wikki")
        lesson.check("changed")
        half = capsys.readouterr().out
        lesson.check("agreed")
        never = capsys.readouterr().out

    assert "the wiki is called Our wiki; its settings say Our wikki" in half
    assert "a plan of that, an approval, apply and watch" in half
    assert "the wiki is called Our wiki, and always was" in never
