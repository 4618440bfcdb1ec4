"""All worked examples under nbval, against as many notebooks with an empty cell: the time beyond their kernels."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from benchmarks.measure import Comparison, Timings, process, timed

_ROOT = Path(__file__).parents[1]
_NBVAL = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "--nbval", "--nbval-current-env", "--nbval-cell-timeout=120")
_NOTHING = json.dumps(
    {
        "cells": [{"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": ""}],
        "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
        "nbformat": 4,
        "nbformat_minor": 4,
    }
)
LONGEST = 1800
"""Seconds that one side may take on a busy machine."""


def compare_examples(folder: Path) -> Comparison:
    """Run both sides once, one process each, one notebook after the other."""
    examples = sorted((_ROOT / "notebooks" / "examples").glob("**/*.ipynb"))
    empty = folder / "empty"
    empty.mkdir()
    for number, _ in enumerate(examples):
        (empty / f"empty{number:02}.ipynb").write_text(_NOTHING, encoding="utf-8")
    bare = timed(lambda: _run(sorted(empty.glob("*.ipynb"))))
    whole = timed(lambda: _run(examples))
    what = f"all {len(examples)} worked examples under nbval, {whole - bare:.0f} s beyond the start of their kernels"
    return Comparison(what, "run and compared, once", "as many empty cells", Timings((whole,)), Timings((bare,)))


def _run(notebooks: list[Path]) -> None:
    process([sys.executable, *_NBVAL, *notebooks], cwd=_ROOT, seconds=LONGEST)
