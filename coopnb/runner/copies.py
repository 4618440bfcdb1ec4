"""Copies: a model is never run in place, so every run begins with one, in a folder of its own."""

from __future__ import annotations

import html
import os
import socket
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import nbformat

from coopnb.errors import WorkspaceError
from coopnb.record.ledger import Ledger, open_run, utc_now
from coopnb.runbook.operator import operator
from coopnb.runner.models import LAID, cell_digests, find_model, model_commit, models_folder, read_model
from coopnb.server import as_workspace
from coopnb.workspace import Workspace


@dataclass(frozen=True, slots=True)
class NewRun:
    """A copy to work in; a notebook shows it as a link.

    Attributes:
        notebook: the copy. root: the folder a link is relative to (JupyterLab's).
    """

    notebook: Path
    root: Path

    def __str__(self) -> str:
        return f"A copy to work in: {self._link()}"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        link = html.escape(self._link())
        return {
            "text/plain": str(self),
            "text/html": f'<p>A copy to work in: <a href="{link}">{link}</a></p>',
        }

    def _link(self) -> str:
        return os.path.relpath(self.notebook, self.root)


def new_run(runbook: str, *, workspace: Workspace | str | Path | None = None) -> NewRun:
    """Copy a runbook's model into a run folder of the workspace, blank, for somebody to work in.

    Of a lesson or a drill there is one copy, which is found again: what is begun anew is its swarm.

    Raises:
        InputError: there is no such runbook.
    """
    place = as_workspace(workspace)
    model = find_model(runbook)
    for kind in LAID:
        if model.parent == models_folder(kind):
            return NewRun(lay(place, kind, model.stem), place.own)
    notebook = read_model(model)
    ledger = begin(place, model, notebook, app="", headless=False)
    path = write_copy(notebook, ledger.folder / model.name)
    return NewRun(path, place.own)


def lay(place: Workspace, kind: str, name: str) -> Path:
    """Lay the copy of a lesson or a drill into coopnb's folder; one that is there is somebody's work, and stays."""
    path = place.make(place.own / kind) / f"{name}.ipynb"
    if not path.exists():
        notebook = read_model(models_folder(kind) / path.name)
        notebook.metadata["coopnb"] = {"kind": "copy", "runbook": name}
        write_copy(notebook, path)
    return path


def begin(place: Workspace, model: Path, notebook: Any, *, app: str, headless: bool) -> Ledger:
    """Open the run of a copy, and mark the copy with what it was copied from."""
    commit = model_commit(model)
    facts = {
        "runbook": model.stem,
        "model_commit": commit,
        "who": operator(os.environ),
        "host": socket.gethostname(),
        "coopnb": version("coopnb"),
        "headless": headless,
    }
    ledger = open_run(place.make(place.runs), model.stem, app, utc_now().date().isoformat(), facts)
    notebook.metadata["coopnb"] = {
        "kind": "copy",
        "runbook": model.stem,
        "run": ledger.run,
        "model_commit": commit,
        "model_digest": cell_digests(notebook),
    }
    return ledger


def keep_edited(path: Path, written: bytes) -> Path | None:
    """Keep a copy that somebody edited in its file while it ran, beside it: what ran will be written over it.

    Args:
        written: what the file held when the run began.

    Raises:
        WorkspaceError: it cannot be kept.
    """
    try:
        if path.read_bytes() == written:
            return None
        kept = path.with_name(f"{path.stem}.edited-meanwhile.ipynb")
        path.replace(kept)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise WorkspaceError(
            f"the edited notebook cannot be kept: {error.strerror or error}", where=str(path)
        ) from error
    return kept


def write_copy(notebook: Any, path: Path) -> Path:
    """Write the copy, readable by its owner only, whole or not at all.

    Raises:
        WorkspaceError: it cannot be written; what was there stays.
    """
    draft = path.with_name(f".{path.name}.new")
    try:
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            nbformat.write(notebook, file)  # type: ignore[no-untyped-call]
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise WorkspaceError(
            f"the notebook cannot be written: {error.strerror or error}",
            where=str(path),
            hint="Make room or mend the rights there. The ledger beside it tells what was done.",
        ) from error
    return path
