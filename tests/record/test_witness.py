"""The ledger notes which source of a cell ran, in a shell as notebooks have it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from coopnb.record.digests import ran_digest
from coopnb.record.ledger import Ledger
from coopnb.record.witness import what_ran, witness


@pytest.fixture
def shell() -> Iterator[Any]:
    """A shell of its own, without a history on the disk."""
    new: Any = InteractiveShell
    made = new()
    made.history_manager.enabled = False
    yield made
    made.history_manager.end_session()


def _ledger(folder: Path) -> Ledger:
    folder.mkdir()
    return Ledger.create(folder, 1, {})


def test_every_cell_of_the_kernel_is_noted(shell: Any, tmp_path: Path) -> None:
    """The cells before the ledger was open, the one that opens it and those after must be noted with their counts."""
    ledger = _ledger(tmp_path / "run")
    shell.user_ns["begin"] = lambda: witness(shell, ledger)
    sources = ["server = 'practice'\n", "begin()", "1 / 0", "begin()", "print(server)"]
    for source in sources:
        shell.run_cell(source, store_history=True, silent=False)
    shell.run_cell("quiet = 1", store_history=False)

    noted = what_ran(ledger.entries())
    assert noted.by_count == {n: frozenset({ran_digest(source)}) for n, source in enumerate(sources, start=1)}
    assert noted.was_other(1, ran_digest("server = 'practice'")) is False
    assert noted.was_other(3, ran_digest("1 / 1")) is True
    assert noted.was_other(6, ran_digest("quiet = 1")) is None


def test_the_ledger_opened_last_is_told(shell: Any, tmp_path: Path) -> None:
    """A kernel that goes on with another run must not write into the ledger of the one before."""
    first, second = _ledger(tmp_path / "first"), _ledger(tmp_path / "second")
    shell.user_ns["begin"] = lambda ledger: witness(shell, ledger)
    shell.user_ns.update(first=first, second=second)
    for source in ("begin(first)", "begin(second)", "2 + 2"):
        shell.run_cell(source, store_history=True)

    assert sorted(what_ran(first.entries()).by_count) == [1, 2]
    assert sorted(what_ran(second.entries()).by_count) == [2, 3]


def test_a_ledger_that_is_gone_stops_no_cell(shell: Any, tmp_path: Path) -> None:
    """Where nothing can be noted a cell must run all the same: the step in it tells of the ledger."""
    ledger = _ledger(tmp_path / "run")
    shell.user_ns["begin"] = lambda: witness(shell, ledger)
    shell.run_cell("begin()", store_history=True)
    ledger.path.unlink()
    assert shell.run_cell("2 + 2", store_history=True).result == 4
