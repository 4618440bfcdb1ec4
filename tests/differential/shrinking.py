"""Makes a sequence that fails as short as it can be made in a few rounds."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tests.differential.grammar import without_one
from tests.differential.running import Outcome
from tests.differential.steps import Sequence

ROUNDS = 4
"""Rounds at most: each plays every candidate at the same time on the same engine, and takes as long as one sequence."""

CANDIDATES = 16
"""Candidates of a round at most."""


def shrunk(failed: Outcome, run: Callable[[Iterable[Sequence]], Iterable[Outcome]], rounds: int = ROUNDS) -> Outcome:
    """Leave steps and settings out as long as something still differs; what remains after the last round.

    Args:
        run: plays many sequences and says what differs in each, in their order.
    """
    shortest = failed
    for _ in range(rounds):
        candidates = without_one(shortest.sequence)[:CANDIDATES]
        differing = [outcome for outcome in run(candidates) if outcome.differences]
        if not differing:
            break
        shortest = differing[0]
    return shortest
