"""Every worked example and solution is executed on a fresh practice swarm, and stops where a cell fails."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import pytest

from coopnb.workspace import Workspace
from tools import examples, lessons

_failed: set[str] = set()
_swarm = ExitStack()
_open: list[Path] = []


def _is_cell(item: pytest.Item) -> bool:
    return type(item).__name__ == "IPyNbCell"


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Prepare the swarm before a notebook's kernel starts; refuse to go on after a failed or un-run cell."""
    if not _is_cell(item):
        return
    if item.parent is not None and item.parent.nodeid in _failed:
        pytest.skip("an earlier cell of this notebook failed")
    if _open != [item.path]:
        _enter(item)
    cell = item.cell  # type: ignore[attr-defined]
    # An example may end where it fails, with cells after that; a solution is worked to its end.
    may_skip = item.path.parent != lessons.SOLUTIONS and "nbval-skip" in cell.metadata.get("tags", ())
    if cell.execution_count is None and not may_skip:
        pytest.fail("the reference of this cell was never run: nothing would be compared", pytrace=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Remember which notebook has failed."""
    report = yield
    if _is_cell(item) and report.failed and item.parent is not None:  # type: ignore[attr-defined]
        _failed.add(item.parent.nodeid)
    return report


def pytest_sessionfinish() -> None:
    """Take the last swarm away."""
    _swarm.close()


def _enter(item: pytest.Item) -> None:
    _swarm.close()
    _open[:] = [item.path]
    root = item.config._tmp_path_factory.mktemp("example", numbered=True)  # type: ignore[attr-defined]
    workspace = _swarm.enter_context(_prepared(item.path, root))
    os.environ["COOPNB_WORKSPACE"] = str(workspace.root)


def _prepared(path: Path, root: Path) -> AbstractContextManager[Workspace]:
    if path.parent == lessons.SOLUTIONS:
        return lessons.prepared(path.stem, root)
    case = next(case for case in examples.cases() if case.path == path)
    return examples.prepared(case, root)
