"""The index: what there is to run, what ran lately, and a copy of anything in one click."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from coopnb.errors import CoopError
from coopnb.model.index import Offered, Ran
from coopnb.record.facts import said
from coopnb.record.ledger import LEDGER_NAME, Ledger
from coopnb.record.told import tell
from coopnb.runner.copies import new_run
from coopnb.runner.models import KINDS, LAID, find_model, model_names, read_model
from coopnb.server import as_workspace
from coopnb.show.index import CopyForm, index_output
from coopnb.show.output import display
from coopnb.workspace import Workspace

LATELY = 12
"""How many runs are listed."""
_PLAIN = {
    "converged": "done: every task runs and stayed up",
    "converged, but not all checks passed": "done, but not all checks passed",
    "nothing to do": "nothing to do: it was as wanted",
    "rolled back": "failed: swarm went back to what ran before",
    "failed": "failed: its notebook says why",
    "timed out": "not known: its tasks took longer than was waited for",
    "interrupted": "not known: the watch was stopped",
    "not watched": "not known: it was written, and not watched",
    "cut off": "not known: it was cut off while it wrote",
    "stopped before any change": "stopped before any change",
    "no change was made": "looked, changed nothing",
    "resolved": "resolved: the app was seen to stay up",
    "unresolved": "unresolved: the app was not seen to stay up",
    "not closed": "not closed: the incident is open",
}
"""How a run ended, in the words of a ledger and in those of somebody who was not there."""


def show_index(*, workspace: Workspace | str | Path | None = None) -> None:
    """Show what there is and what ran lately, and the buttons that make dated copies."""
    place = as_workspace(workspace)
    there = offered()
    display(index_output(there, tuple(ran(place))))
    CopyForm(there, lambda name: new_run(name, workspace=place)).show()


def offered() -> tuple[Offered, ...]:
    """Every runbook, lesson and drill, with the sentence that says what it is for."""
    return tuple(
        Offered(kind, name, purpose(read_model(find_model(name))), f"{kind}/{name}.ipynb" if kind in LAID else "")
        for kind in KINDS
        for name in model_names(kind)
    )


def purpose(notebook: Any) -> str:
    """What a notebook is for: what its title says after a colon, or the first sentence after its title."""
    lines = [line.strip() for line in notebook.cells[0].source.splitlines() if line.strip()] if notebook.cells else []
    _, colon, subject = lines[0].partition(": ") if lines else ("", "", "")
    if colon:
        return f"{subject[:1].upper()}{subject[1:]}."
    text = next((line for line in lines if not line.startswith("#")), "").replace("*", "")
    sentence, dot, _ = text.partition(". ")
    return sentence + dot.strip()


def ran(workspace: Workspace) -> Iterator[Ran]:
    """The last runs, newest first; a run whose ledger cannot be read says so."""
    folders = workspace.runs.iterdir() if workspace.runs.is_dir() else ()
    found = [folder for folder in folders if (folder / LEDGER_NAME).is_file()]
    found.sort(key=lambda folder: ((folder / LEDGER_NAME).stat().st_mtime_ns, folder.name), reverse=True)
    for folder in found[:LATELY]:
        yield _ran(workspace, folder)


def _ran(workspace: Workspace, folder: Path) -> Ran:
    notebook, record = _file(workspace, folder, "*.ipynb"), _file(workspace, folder, "*.record.html")
    try:
        entries = Ledger.open(folder).entries()
        told = tell(entries)
    except CoopError:
        return Ran("", folder.name, "", "", "not known: its ledger cannot be read", False, notebook, record)
    word = told.outcome.word
    return Ran(
        date=f"{entries[0].at[:10]} {entries[0].at[11:16]} UTC",
        runbook=said(told.opened, "runbook") or folder.name,
        app=said(told.planned, "app") or said(told.chosen, "domain"),
        server=said(told.server, "name") or said(told.chosen, "server") or _servers(told.chosen),
        ended="begun, nothing done yet" if len(entries) == 1 else _PLAIN.get(word, word),
        good=told.outcome.tone != "bad",
        notebook=notebook,
        record=record,
    )


def _file(workspace: Workspace, folder: Path, pattern: str) -> str:
    found = sorted(folder.glob(pattern))
    return os.path.relpath(found[0], workspace.own) if found else ""


def _servers(chosen: Mapping[str, Any]) -> str:
    """The servers of a run that looks at several at once."""
    names = chosen.get("servers")
    return ", ".join(map(str, names)) if isinstance(names, list) else ""
