"""Which source of a cell ran: noted in the ledger before the cell runs, so that a record can tell an edit after it.

A notebook's file holds a cell's source and its outputs side by side, and nothing in it says that the
one gave the other: whoever edits a cell while it runs, or later, leaves the old outputs under it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from coopnb.errors import LedgerError
from coopnb.model.ledger import Entry
from coopnb.record.digests import ran_digest
from coopnb.record.ledger import Ledger

RAN = "ran"
"""The event; its facts are ``count``, as the notebook has it, and ``source``, a digest."""

EDITED = "edited"
"""The event of a headless run whose file was edited meanwhile; its fact is ``kept``, the name of what was edited."""

_MARKER = "_coopnb_witness"


@dataclass(frozen=True, slots=True)
class Ran:
    """What a ledger tells of the cells that ran.

    Attributes:
        by_count: execution count -> digests of the sources that ran under it; a new kernel counts anew.
    """

    by_count: Mapping[int, frozenset[str]]

    @property
    def digests(self) -> frozenset[str]:
        """Of every source that ran."""
        return frozenset(digest for digests in self.by_count.values() for digest in digests)

    def was_other(self, count: int, source: str) -> bool | None:
        """Whether what ran under a count is another source than this; ``None`` if nobody noted it."""
        noted = self.by_count.get(count)
        return None if noted is None else source not in noted


def witness(shell: Any, ledger: Ledger) -> None:
    """Note in a ledger which source runs, from the running cell on; the ledger given last is the one.

    Args:
        shell: an ``InteractiveShell``, as ``get_ipython()`` gives it.
    """
    before = getattr(shell, _MARKER, None)
    if before is not None:
        shell.events.unregister("pre_run_cell", before)

    history = shell.history_manager.input_hist_raw
    # While a cell runs, the count is its own or the next one's: IPython 9 counts before the cell, 8 after it.
    ahead = shell.execution_count - (len(history) - 1)

    def note(info: Any) -> None:
        if info.store_history:
            _note(ledger, shell.execution_count - ahead, info.raw_cell)

    shell.events.register("pre_run_cell", note)
    setattr(shell, _MARKER, note)
    # The cell that calls this has begun already, and there were others before it; the shell has kept their sources.
    first = 1 if before is None else len(history) - 1
    for count in range(first, len(history)):
        _note(ledger, count, history[count])


def what_ran(entries: Sequence[Entry]) -> Ran:
    """Read what was noted."""
    by_count: dict[int, set[str]] = {}
    for entry in entries:
        count, source = entry.facts.get("count"), entry.facts.get("source")
        if entry.event == RAN and isinstance(count, int) and isinstance(source, str):
            by_count.setdefault(count, set()).add(source)
    return Ran({count: frozenset(sources) for count, sources in by_count.items()})


def _note(ledger: Ledger, count: int, source: str) -> None:
    # The step that follows tells the operator that the ledger cannot be written; a record says what it cannot tell.
    with suppress(LedgerError):
        ledger.append("", RAN, {"count": count, "source": ran_digest(source)})
