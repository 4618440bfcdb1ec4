"""A notebook for a run that had none: what its command showed, so that its record can be written like any other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nbformat import v4


def transcript(runbook: str, run: int, intro: str, shown: Mapping[str, str]) -> Any:
    """A notebook without a code cell, because none was run: headings, and below each what was shown, as it was.

    Args:
        runbook: what stands for its name in the ledger. run: the number of the run whose ledger lies beside it.
        intro: Markdown. shown: heading -> plain text; what is blank was not shown, and is left out.
    """
    cells = [v4.new_markdown_cell(intro, id="about")]  # type: ignore[no-untyped-call]
    for number, (heading, text) in enumerate(shown.items()):
        if text.strip():
            cells.append(v4.new_markdown_cell(f"## {heading}", id=f"heading-{number}"))  # type: ignore[no-untyped-call]
            cells.append(v4.new_raw_cell(text, id=f"shown-{number}"))  # type: ignore[no-untyped-call]
    metadata = {"coopnb": {"runbook": runbook, "run": run}}
    return v4.new_notebook(cells=cells, metadata=metadata)  # type: ignore[no-untyped-call]
