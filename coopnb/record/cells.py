"""The notebook of a run, read for its record: what ran, what failed, what was edited, and one form of each output."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from itertools import count
from typing import Any

from coopnb.record.digests import digest_of, ran_digest
from coopnb.record.harmless import plain, terminal_text
from coopnb.record.witness import Ran

_SHOWN = ("text/html", "text/markdown", "image/svg+xml", "image/png", "image/jpeg", "text/plain")
_WIDGET = "application/vnd.jupyter.widget-view+json"
_INJECTED = "injected-parameters"
_PARAMETERS = "parameters"


@dataclass(frozen=True, slots=True)
class CellFacts:
    """A cell, as a reader of a record needs to know it.

    Attributes:
        number: from 1, of the code cells with something in them; 0 for text.
        step: the runbook's step, as its outputs name it.
        ran: whether the notebook or the ledger says so.
        lost: whether only the ledger says so: its outputs were taken away, or never reached the file.
        edited, added: against the model; the cell of the parameters is never meant by it.
        edited_after: whether another source than this one gave its outputs; ``None`` if nobody noted what ran.
        parameters: whether it holds what was given for this run.
        live: whether it had a live view, which no record keeps.
    """

    number: int
    step: str
    ran: bool
    lost: bool
    failed: bool
    edited: bool
    edited_after: bool | None
    added: bool
    parameters: bool
    live: bool

    @property
    def label(self) -> str:
        """What stands over the cell; nothing over the model's own text."""
        told = self.edited_after or self.failed or self.lost
        words = [
            f"Cell {self.number}" if self.number else "",
            self.step,
            "parameters given for this run" if self.parameters else "",
            "edited by hand" if self.edited else "",
            "added by hand" if self.added else "",
            "edited after it ran: this is not the source that ran" if self.edited_after else "",
            "ended with an error" if self.failed else "",
            "ran, and its result is not in the notebook" if self.lost else "",
            "" if not self.number else "not run" if not self.ran else "" if told else "ran",
        ]
        return ", ".join(word for word in words if word)


@dataclass(frozen=True, slots=True)
class NotebookFacts:
    """A notebook, as a reader of a record needs to know it.

    Attributes:
        cells: in order; those with nothing in them are left out.
        runbook: as its metadata names it, or its first heading.
        model_known: whether the model's cells are known, so that an edit can be told.
        removed: how many cells of the model are gone.
    """

    cells: tuple[CellFacts, ...]
    runbook: str
    model_known: bool
    removed: int

    @property
    def code(self) -> tuple[CellFacts, ...]:
        """The code cells."""
        return tuple(cell for cell in self.cells if cell.number)


def read_notebook(notebook: Any, ran: Ran) -> NotebookFacts:
    """Read a notebook without changing it, beside what its ledger tells of the cells that ran."""
    own = _own(notebook.metadata)
    model = own.get("model_digest")
    known: Mapping[str, Any] = model if isinstance(model, Mapping) else {}
    numbers = count(1)
    ids = {cell.get("id") for cell in notebook.cells}
    # Two cells may have one source: what one of them shows as run says nothing about the other.
    missing = ran.digests - {ran_digest(cell.source) for cell in notebook.cells if cell.get("execution_count")}
    return NotebookFacts(
        cells=tuple(
            _facts(next(numbers) if cell.cell_type == "code" else 0, cell, known, ran, missing)
            for cell in notebook.cells
            if cell.source.strip()
        ),
        runbook=str(own.get("runbook") or "") or _first_heading(notebook),
        model_known=bool(known),
        removed=sum(cell_id not in ids for cell_id in known),
    )


def runs_of(notebook: Any) -> tuple[int, ...]:
    """Give the run numbers that a notebook and its outputs name, sorted."""
    metadata = [
        notebook.metadata,
        *(out.get("metadata", {}) for cell in notebook.cells for out in cell.get("outputs", [])),
    ]
    found = (_own(one).get("run") for one in metadata)
    return tuple(sorted({run for run in found if isinstance(run, int) and not isinstance(run, bool)}))


def prepare(notebook: Any, facts: NotebookFacts) -> None:
    """Make a notebook's copy ready for the template.

    Empty cells go; every output keeps one form, made harmless as text; ``metadata.record`` of cells
    and outputs holds what the template needs.
    """
    notebook.metadata.pop("widgets", None)
    notebook.cells = [cell for cell in notebook.cells if cell.source.strip()]
    pieces = count(1)
    for cell, one in zip(notebook.cells, facts.cells, strict=True):
        cell.source = plain(cell.source)
        cell.metadata["record"] = {
            "piece": next(pieces),
            "label": one.label,
            "by_hand": one.edited or one.added or bool(one.edited_after),
            "failed": one.failed,
            "not_run": bool(one.number) and not one.ran,
            "live": one.live,
        }
        if cell.cell_type != "code":
            continue
        cell.outputs = [output for output in map(_one_form, cell.outputs) if output is not None]
        for output in cell.outputs:
            output.setdefault("metadata", {})["record"] = {"piece": next(pieces)}


def pieces_of_html(notebook: Any) -> Iterator[str]:
    """Give the HTML of all outputs."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            yield str(output.get("data", {}).get("text/html", ""))


def has_pictures(notebook: Any) -> bool:
    """Whether an output is a picture, which is never searched for values."""
    return any(
        mimetype.startswith("image/") and mimetype != "image/svg+xml"
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        for mimetype in output.get("data", {})
    )


def _facts(number: int, cell: Any, model: Mapping[str, Any], ran: Ran, missing: Set[str]) -> CellFacts:
    tags = cell.metadata.get("tags", [])
    outputs = cell.get("outputs", [])
    steps = (str(_own(output.get("metadata", {})).get("step") or "") for output in outputs)
    cell_id = cell.get("id")
    differs = cell_id in model and model[cell_id] != digest_of(cell.source)
    execution = cell.get("execution_count")
    source = ran_digest(cell.source)
    lost = bool(number) and execution is None and source in missing
    return CellFacts(
        number=number,
        step=next((step for step in steps if step), ""),
        ran=execution is not None or lost,
        lost=lost,
        failed=any(output.output_type == "error" for output in outputs),
        edited=differs and _PARAMETERS not in tags,
        edited_after=None if execution is None else ran.was_other(execution, source),
        added=bool(model) and cell_id not in model and _INJECTED not in tags,
        parameters=_INJECTED in tags or (differs and _PARAMETERS in tags),
        live=any(_WIDGET in output.get("data", {}) for output in outputs),
    )


def _own(metadata: Any) -> Mapping[str, Any]:
    own = metadata.get("coopnb") if isinstance(metadata, Mapping) else None
    return own if isinstance(own, Mapping) else {}


def _first_heading(notebook: Any) -> str:
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and (hit := re.search(r"^#+\s+(.+)$", cell.source, re.MULTILINE)):
            return str(hit[1]).strip()
    return ""


def _one_form(output: Any) -> Any | None:
    """Keep the one form of an output that a record shows; ``None`` for a live view."""
    if output.output_type == "stream":
        output.text = terminal_text(output.text)
        return output
    if output.output_type == "error":
        output.traceback = [terminal_text(str(line)) for line in output.get("traceback", [])]
        if not any(line.strip() for line in output.traceback):
            output.traceback = [terminal_text(f"{output.get('ename')}: {output.get('evalue')}")]
        return output
    # To a reader, what a cell gave back and what it displayed are the same.
    output.output_type = "display_data"
    data = output.get("data", {})
    if _WIDGET in data and "text/html" not in data:
        return None
    shown = next((mimetype for mimetype in _SHOWN if mimetype in data), None)
    if shown is None:
        kinds = ", ".join(sorted(data)) or "no form at all"
        output.data = {"text/plain": f"(an output that a record does not show: {plain(kinds)})"}
        return output
    text = data[shown] if isinstance(data[shown], str) else "".join(map(str, data[shown]))
    if shown == "text/plain":
        text = terminal_text(text)
    elif not shown.startswith("image/") or shown == "image/svg+xml":
        text = plain(text)
    output.data = {shown: text}
    return output
