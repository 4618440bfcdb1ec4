"""A lesson that nobody has worked on says what is missing, step by step."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from coopnb.lessons import COURSES
from coopnb.runner.models import find_model, model_names, read_model
from tools.lessons import execute, prepared, solutions

MISSING = {
    "1-what-a-swarm-is": {
        "nodes-check": "the swarm has another number of nodes",
        "where-check": "the node that stands in the row of db.1",
        "killed-check": "one that was: kill wiki_example_org_app.1",
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
