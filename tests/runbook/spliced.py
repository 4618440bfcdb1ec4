"""A runbook with one more cell: what happens in the world between two of its steps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat


def spliced(model: Path, target: Path, *, before: str, source: str) -> Path:
    """Copy a runbook and put a cell with ``source`` before the cell of this id."""
    notebook: Any = nbformat.read(model, as_version=4)  # type: ignore[no-untyped-call]
    at = next(index for index, cell in enumerate(notebook.cells) if cell.id == before)
    cell = nbformat.v4.new_code_cell(source, id="spliced")  # type: ignore[no-untyped-call]
    notebook.cells.insert(at, cell)
    nbformat.write(notebook, target)  # type: ignore[no-untyped-call]
    return target
