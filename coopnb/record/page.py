"""The page of a record: the first screen, the timeline, the evidence, and the notebook's cells in it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from coopnb.model.ledger import Entry
from coopnb.record.cells import NotebookFacts
from coopnb.record.facts import listed, number, said
from coopnb.record.found import FoundFile
from coopnb.record.harmless import plain
from coopnb.record.header import Masked, header
from coopnb.record.incident import state_of
from coopnb.record.search import Search
from coopnb.record.timeline import timeline
from coopnb.record.told import Told, counted, tell
from coopnb.redaction import MARK

TEMPLATES = Path(__file__).parent / "templates"

_SIGNS = {"good": "●", "bad": "✗", "busy": "…", "quiet": "○"}
_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True, slots=True)
class Parts:
    """What a page is made of.

    Attributes:
        entries: of the ledger; empty without one. notes: what the reader must know about it.
        cells: the notebook's cells as harmless HTML. css: of our own outputs, harmless too.
        files: what the record was made from. made: when, as text.
        pictures: whether the notebook has some, which cannot be searched.
    """

    entries: Sequence[Entry]
    notes: Sequence[str]
    notebook: NotebookFacts
    cells: str
    css: str
    files: Sequence[FoundFile]
    made: str
    pictures: bool


def page(parts: Parts, search: Search) -> str:
    """Write the page, and look through all of it for secret values once more."""
    told = tell(parts.entries) if parts.entries else None
    context = _context(parts, told)
    # The first writing is only searched and counted, so that the second one can say what was found.
    first = search.text(_render(context, told, parts, Masked(0, 0, (), search.values, ())))
    marks = MARK.findall(_TAG.sub("", first))
    logs = told is not None and any(_log_of(item) for item in _all_evidence(told))
    unchecked = search.unchecked(pictures=parts.pictures, logs=logs)
    masked = Masked(len(set(marks)), len(marks), tuple(search.found), search.values, unchecked)
    return search.text(_render(context, told, parts, masked))


def _render(context: Mapping[str, Any], told: Told | None, parts: Parts, masked: Masked) -> str:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        # What acts unseen is made visible in whatever is not markup of our own.
        finalize=lambda value: plain(value) if type(value) is str else value,
    )
    template = environment.get_template("page.html.j2")
    return template.render(header=header(told, parts.notebook, masked), **context)


def _context(parts: Parts, told: Told | None) -> dict[str, Any]:
    css = (TEMPLATES / "record.css").read_text(encoding="utf-8")
    findings = told.planned.get("findings") if told else None
    return {
        "signs": _SIGNS,
        "css": Markup(css + parts.css),
        "body": Markup(parts.cells),
        "executed": bool(parts.notebook.code),
        "notes": parts.notes,
        "files": parts.files,
        "made": parts.made,
        "rows": timeline(parts.entries),
        "changes": told.changes if told else (),
        "checks": told.checks if told else (),
        "cut_off": told.cut_off if told else False,
        "findings": [text for text in findings if isinstance(text, str)] if isinstance(findings, list) else [],
        "state": state_of(told.incident) if told and told.incident else None,
        "evidence": [_evidence(item) for item in _all_evidence(told)] if told else [],
    }


def _all_evidence(told: Told) -> list[Mapping[str, Any]]:
    """What was found before anything was changed, then what was found when a change did not get there."""
    found = listed(told.incident.gathered, "evidence") if told.incident else []
    return [*found, *told.evidence]


def _log_of(item: Mapping[str, Any]) -> str:
    log = item.get("log")
    return "\n".join(map(str, log)) if isinstance(log, list) else ""


def _evidence(item: Mapping[str, Any]) -> dict[str, str]:
    failures = int(number(item, "failures"))
    return {
        "service": said(item, "service"),
        "task": said(item, "task"),
        "node": said(item, "node"),
        "what": said(item, "what"),
        "failures": f"{counted(failures, 'task')} of the service failed" if failures else "",
        "log": _log_of(item),
    }
