"""A run of the workspace, charted from what its ledger recorded; no server is asked."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from coopnb.errors import InputError, LedgerError
from coopnb.model.ledger import Entry
from coopnb.observe.recorded import recorded_history
from coopnb.record.lines import LEDGER_NAME, read_ledger
from coopnb.server.addresses import as_workspace
from coopnb.server.loading import stack_name
from coopnb.show.charted import Charted, charted
from coopnb.workspace import Workspace


def chart_run(run: int | str | Path, *, workspace: Workspace | str | Path | None = None) -> Charted:
    """Chart what a run recorded while it watched: tasks, replicas and restarts, second by second.

    Args:
        run: its number in the workspace, or its folder.

    Raises:
        InputError: there is no such run, or it watched nothing.
        LedgerError: its ledger cannot be read.
    """
    folder = Path(run) if not isinstance(run, int) else _folder(as_workspace(workspace), run)
    found = read_ledger(folder)
    entries = found.entries if found else ()
    app = _app(entries)
    history = recorded_history(entries, stack_name(app))
    if history is None:
        raise InputError(
            f"run {run} has recorded no events; there is nothing to chart",
            where=str(folder / LEDGER_NAME),
            hint="Runs that change something record what they watch. The state now: server.chart(app)",
        )
    return charted(history, app)


def _folder(place: Workspace, run: int) -> Path:
    for ledger in sorted(place.runs.glob(f"*/{LEDGER_NAME}")):
        try:
            found = read_ledger(ledger.parent)
        except LedgerError:
            continue
        if found and found.entries and found.entries[0].run == run:
            return ledger.parent
    raise InputError(f"there is no run {run} in this workspace", where=str(place.runs), hint="Name its folder instead.")


def _app(entries: Sequence[Entry]) -> str:
    return next((str(entry.facts["app"]) for entry in reversed(entries) if entry.facts.get("app")), "")
