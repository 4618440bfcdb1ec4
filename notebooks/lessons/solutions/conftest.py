"""Every worked solution is executed on a fresh swarm of its lesson, and stops where a cell differs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tools.lessons import prepared

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
        _swarm.close()
        _open[:] = [item.path]
        root = item.config._tmp_path_factory.mktemp("lesson", numbered=True)  # type: ignore[attr-defined]
        workspace = _swarm.enter_context(prepared(item.path.stem, root))
        os.environ["COOPNB_WORKSPACE"] = str(workspace.root)
    if item.cell.execution_count is None:  # type: ignore[attr-defined]
        pytest.fail("the reference of this cell was never run: nothing would be compared", pytrace=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Remember which notebook has failed."""
    report = yield
    if _is_cell(item) and report.failed and item.parent is not None:  # type: ignore[attr-defined]
        _failed.add(item.parent.nodeid)
    return report  # type: ignore[return-value]


def pytest_sessionfinish() -> None:
    """Take the last swarm away."""
    _swarm.close()
