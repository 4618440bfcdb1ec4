"""Which run a notebook belongs to: the ledger beside it says so."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from coopnb.errors import InputError
from coopnb.record.ledger import LEDGER_NAME, Ledger, open_run, utc_now
from coopnb.redaction import Redactor
from coopnb.runbook.operator import operator
from coopnb.workspace import Workspace

MODEL = "model"


def open_ledger(
    workspace: Workspace, runbook: str, folder: Path, environ: Mapping[str, str], redactor: Redactor
) -> Ledger:
    """Open the ledger in the notebook's folder, or begin a run in the workspace if there is none.

    Args:
        folder: the kernel's working directory, which is the notebook's.

    Raises:
        InputError: the notebook is a model: it is copied, never run in place.
        LedgerError: the ledger cannot be read or written.
    """
    if (folder / LEDGER_NAME).exists():
        ledger = Ledger.open(folder, redactor=redactor)
        if len(ledger.entries()) > 1:
            ledger.append("", "resumed", {"who": operator(environ)})
        return ledger
    refuse_model(runbook, environ)
    date = utc_now().date().isoformat()
    facts = {"runbook": runbook, "who": operator(environ), "headless": False}
    return open_run(workspace.make(workspace.runs), runbook, "", date, facts, redactor=redactor)


def refuse_model(runbook: str, environ: Mapping[str, str]) -> None:
    """Raise if the kernel was started for a model; Jupyter's server tells the kernel which notebook it serves."""
    session = environ.get("JPY_SESSION_NAME", "")
    try:
        notebook = json.loads(Path(session).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return
    if notebook.get("metadata", {}).get("coopnb", {}).get("kind") == MODEL:
        raise InputError(
            "this is the model of a runbook; it is never run in place",
            where=session,
            hint=f"Make a copy to work in: coopnb new {runbook}   (or a button of index.ipynb)",
        )
