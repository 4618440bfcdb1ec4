"""The ``record`` exporter: one HTML file that tells a run, without a script, readable offline and in years."""

from __future__ import annotations

import copy
import html
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from nbconvert.exporters import HTMLExporter
from traitlets import default
from traitlets.config import Config

from coopnb.errors import WorkspaceError
from coopnb.record.cells import has_pictures, pieces_of_html, prepare, read_notebook, runs_of
from coopnb.record.found import find_ledger, find_notebook
from coopnb.record.harmless import safe_html, scoped_css
from coopnb.record.ledger import utc_now
from coopnb.record.page import TEMPLATES, Parts, page
from coopnb.record.search import Search
from coopnb.record.witness import what_ran


class RecordExporter(HTMLExporter):
    """Export a notebook, with the ledger that lies beside it, as a record.

    It is told by the notebook and the ledger alone: how the run ended, what was done and what is not
    known come from the ledger's entries, from which cells ran, and from the errors that stand in them.
    """

    export_from_notebook = "Record"

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".html"

    @default("template_name")
    def _template_name_default(self) -> str:
        return "base"

    @default("template_file")
    def _template_file_default(self) -> str:
        return "cells.html.j2"

    @default("extra_template_paths")
    def _extra_template_paths_default(self) -> list[str]:
        return [str(TEMPLATES)]

    @default("exclude_anchor_links")
    def _exclude_anchor_links_default(self) -> bool:
        return True

    @property
    def default_config(self) -> Config:
        """nbconvert's own, without the forms of an output that a record never shows."""
        kinds = ["text/html", "text/markdown", "image/svg+xml", "image/png", "image/jpeg", "text/plain"]
        config: Config = super().default_config.copy()
        config.merge(Config({"NbConvertBase": {"display_data_priority": kinds}}))
        return config

    def default_filters(self) -> Iterator[tuple[str, Any]]:
        """nbconvert's own, and those that make what comes from outside harmless."""
        yield from super().default_filters()  # type: ignore[no-untyped-call]
        yield ("safe_html", safe_html)
        yield ("picture", _picture)

    def from_notebook_node(  # type: ignore[override]
        self, nb: Any, resources: dict[str, Any] | None = None, **kwargs: Any
    ) -> tuple[str, dict[str, Any]]:
        """Convert a notebook; ``resources["metadata"]`` says where it lies, and so where its ledger may lie."""
        folder, name = _place(resources)
        search = Search(folder)
        ledger = find_ledger(folder, runs_of(nb))
        facts = read_notebook(nb, what_ran(ledger.entries))
        notebook = search.clean(copy.deepcopy(nb))
        pictures = has_pictures(notebook)
        css = scoped_css(pieces_of_html(notebook))
        prepare(notebook, facts)
        cells, resources = super().from_notebook_node(notebook, resources, **kwargs)
        parts = Parts(
            entries=[search.entry(entry) for entry in ledger.entries],
            notes=ledger.notes,
            notebook=facts,
            cells=cells,
            css=css,
            files=[file for file in (find_notebook(folder, name), ledger.file) if file],
            made=f"{utc_now():%Y-%m-%d %H:%M:%S} UTC",
            pictures=pictures,
        )
        return page(parts, search), resources


def write_record(notebook_path: Path) -> Path:
    """Write ``<stem>.record.html`` beside a notebook, readable by its owner only, and give its path.

    Raises:
        WorkspaceError: it cannot be written.
    """
    exporter: Any = RecordExporter
    text, _ = exporter().from_filename(str(notebook_path))
    target = notebook_path.with_name(f"{notebook_path.stem}.record.html")
    draft: Path | None = None
    try:
        # A temporary file is made with mode 0600.
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=target.parent, delete=False) as file:
            draft = Path(file.name)
            file.write(text)
        draft.replace(target)
    except OSError as error:
        if draft is not None:
            draft.unlink(missing_ok=True)
        raise WorkspaceError(
            f"the record cannot be written: {error.strerror or error}",
            where=str(target),
            hint=f"make room, then: jupyter nbconvert --to record {notebook_path}",
        ) from error
    return target


def _place(resources: Mapping[str, Any] | None) -> tuple[Path | None, str]:
    metadata = (resources or {}).get("metadata") or {}
    name = str(metadata.get("name") or "")
    if metadata.get("path"):
        return Path(metadata["path"]), name
    # nbconvert leaves the path empty for a file of the current folder.
    here = Path.cwd()
    return (here if name and (here / f"{name}.ipynb").is_file() else None), name


def _picture(output: Mapping[str, Any], mimetype: str) -> str:
    """An ``img`` of a picture that is in the notebook itself, described as well as the notebook can."""
    metadata = output.get("metadata", {})
    own = metadata.get(mimetype)
    alt = (own.get("alt") if isinstance(own, Mapping) else None) or metadata.get("alt") or ""
    data = "".join(str(output["data"][mimetype]).split())
    return f'<img src="data:{mimetype};base64,{html.escape(data)}" alt="{html.escape(str(alt))}">'
