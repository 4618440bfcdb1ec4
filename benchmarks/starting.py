"""What it costs to import coopnb, against a Python that does nothing."""

from __future__ import annotations

import sys

from benchmarks.measure import Comparison, in_turns, process


def compare_start(runs: int) -> list[Comparison]:
    """Time the start of whole processes: the bare package, and with it all that a deploy needs."""
    return [
        _against_bare("import coopnb", "import coopnb", runs),
        _against_bare("import coopnb, with all that a deploy needs", "from coopnb import connect, load_app", runs),
    ]


def _against_bare(what: str, statement: str, runs: int) -> Comparison:
    def start(code: str) -> None:
        process([sys.executable, "-c", code])

    ours, peer = in_turns(lambda: start(statement), lambda: start("pass"), runs)
    return Comparison(what, f'python -c "{statement}"', 'python -c "pass"', ours, peer)
