"""The files a record is made of, as they were found: the notebook, and the ledger beside it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from coopnb.errors import LedgerError
from coopnb.model.ledger import Entry
from coopnb.record.lines import LEDGER_NAME, parse_ledger


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file and what it was: name, size in bytes, SHA-256 in hex."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class FoundLedger:
    """A ledger that belongs to a notebook, or why there is none.

    Attributes:
        entries: empty if there is no ledger, or it is of another run.
        notes: what a reader must know about how the two were brought together; the first says why there is none.
    """

    entries: tuple[Entry, ...] = ()
    file: FoundFile | None = None
    notes: tuple[str, ...] = ()


def find_notebook(folder: Path | None, name: str) -> FoundFile | None:
    """Look at the notebook's file; ``None`` if the notebook did not come from one."""
    if folder is None:
        return None
    path = folder / f"{name}.ipynb"
    try:
        return _file(path, path.read_bytes())
    except OSError:
        return None


def find_ledger(folder: Path | None, runs: Sequence[int]) -> FoundLedger:
    """Find the ledger beside a notebook whose outputs name these runs; never any other ledger.

    Args:
        folder: of the notebook; ``None`` if it did not come from a file.
        runs: the run numbers that the notebook's outputs name, sorted.
    """
    only_notebook = "what follows is only what the notebook says"
    try:
        data = (folder / LEDGER_NAME).read_bytes() if folder else None
    except FileNotFoundError:
        data = None
    except OSError as error:
        failure = LedgerError(f"the ledger beside this notebook cannot be read: {error.strerror or error}")
        return FoundLedger(notes=(f"{failure.headline}; {only_notebook}",))
    if folder is None or data is None:
        return FoundLedger(notes=(f"no ledger beside this notebook: {only_notebook}",))
    file = _file(folder / LEDGER_NAME, data)
    ledger = parse_ledger(data)
    if not ledger.entries:
        return FoundLedger(file=file, notes=(f"the ledger beside this notebook holds no entry: {only_notebook}",))
    run = ledger.entries[0].run
    if runs and run not in runs:
        named = ", ".join(map(str, runs))
        text = f"the ledger beside this notebook is of run {run}, and the outputs here are of run {named}"
        return FoundLedger(file=file, notes=(f"{text}: it was not used, and {only_notebook}",))
    notes = []
    if not runs:
        notes.append(
            f"no output here names its run; the ledger of run {run} was taken because it lies beside the notebook"
        )
    if others := [other for other in runs if other != run]:
        notes.append(f"some outputs here are of run {', '.join(map(str, others))}, of which this ledger says nothing")
    if strangers := {entry.run for entry in ledger.entries} - {run}:
        notes.append(f"entries of run {', '.join(map(str, sorted(strangers)))} in this ledger were left out")
    if ledger.torn:
        lines = ", ".join(map(str, ledger.torn))
        notes.append(f"the ledger was cut short in line {lines}: an entry could not be written whole there")
    return FoundLedger(tuple(entry for entry in ledger.entries if entry.run == run), file, tuple(notes))


def _file(path: Path, data: bytes) -> FoundFile:
    return FoundFile(path.name, len(data), hashlib.sha256(data).hexdigest())
