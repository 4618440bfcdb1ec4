"""Write the worked solutions of lessons and drills anew: ``python -m tools.lessons [NAME ...]``."""

from __future__ import annotations

import asyncio
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
import yaml

from coopnb.lessons import DRILLS
from coopnb.lessons.ground import ground_of
from coopnb.practice import process
from coopnb.runner.models import find_model, read_model
from coopnb.workspace import Workspace
from tools.examples import tidied
from tools.executing import execute

SOLUTIONS = Path(__file__).resolve().parents[1] / "notebooks" / "lessons" / "solutions"
FAILS = "raises-exception"
_DIGEST = re.compile(r"\{digest of ([\w-]+)\}")


def solutions() -> Mapping[str, Mapping[str, str]]:
    """Name of a lesson or a drill -> id of a cell -> what a learner writes into it."""
    found: dict[str, dict[str, str]] = yaml.safe_load((SOLUTIONS / "cases.yaml").read_text(encoding="utf-8"))
    return found


@contextmanager
def prepared(name: str, root: Path) -> Iterator[Workspace]:
    """A workspace in which the swarm of a lesson paces itself, so that it is the same on every machine."""
    workspace = Workspace(root)
    ground = ground_of(workspace, f"drill-{name}" if name in DRILLS else name)
    process.start(ground.make(ground.practice), clock="auto")
    try:
        yield workspace
    finally:
        process.stop(ground.practice)


def solved(name: str) -> Any:
    """The model with the learner's cells filled in, executed.

    A digest is known when the plan was shown, so it is executed once more for each.

    Raises:
        AssertionError: another cell failed than those that are to fail.
    """
    written = solutions()[name]
    digests: dict[str, str] = {}
    while True:
        notebook = read_model(find_model(name))
        filled(notebook, {cell: _DIGEST.sub(lambda m: digests.get(m[1], ""), text) for cell, text in written.items()})
        with tempfile.TemporaryDirectory(prefix="coopnb-lesson-") as root, prepared(name, Path(root)) as workspace:
            failed = asyncio.run(execute(notebook, workspace))
        wanted = [cell for text in written.values() for cell in _DIGEST.findall(text) if cell not in digests]
        if not wanted:
            assert not failed, f"{name}: failed at {failed}"
            notebook.metadata["coopnb"] = {"kind": "solution", "runbook": name}
            return tidied(notebook)
        digests[wanted[0]] = _digest_in(notebook, wanted[0])


def filled(notebook: Any, written: Mapping[str, str]) -> None:
    """Write into the cells of a notebook."""
    for cell_id, text in written.items():
        [cell] = [cell for cell in notebook.cells if cell.id == cell_id]
        cell.source = text


def _digest_in(notebook: Any, cell_id: str) -> str:
    [cell] = [cell for cell in notebook.cells if cell.id == cell_id]
    text = "".join(output.get("data", {}).get("text/plain", "") for output in cell.outputs)
    found = re.search(r"digest ([0-9a-f]{8})", text)
    assert found, f"{cell_id} shows no plan: {cell.outputs}"
    return found[1]


def main(names: list[str]) -> int:
    """Execute all, or the named ones; write what came out."""
    for name in solutions():
        if not names or name in names:
            nbformat.write(solved(name), SOLUTIONS / f"{name}.ipynb")  # type: ignore[no-untyped-call]
            print(f"wrote {name}.ipynb", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
