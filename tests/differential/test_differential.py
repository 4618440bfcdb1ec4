"""The same calls must have the same consequences on a real dockerd and on the practice swarm.

A dozen short sequences; ``make soak`` plays all of them, ``python -m tests.differential`` those whose names are given.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.differential import images
from tests.differential.grammar import generated
from tests.differential.real import watching
from tests.differential.running import Bench, Outcome
from tests.differential.sequences import ONE_NODE
from tests.differential.shrinking import shrunk
from tests.testbed.engine import RealEngine

HAND_WRITTEN = tuple(sequence for sequence in ONE_NODE if sequence.quick)
GENERATED = 3

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def bench(real_engine: RealEngine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """The real engine with the images, watched."""
    images.load(real_engine)
    with watching(real_engine.socket) as watcher:
        yield Bench(real_engine.socket, watcher, tmp_path_factory.mktemp("worlds"))


@pytest.fixture(scope="module")
def outcomes(bench: Bench) -> dict[str, Outcome]:
    """What became of all quick sequences, played at the same time."""
    quick = [sequence for sequence in generated() if sequence.quick]
    assert len(quick) == GENERATED
    return {outcome.sequence.name: outcome for outcome in bench.outcomes([*HAND_WRITTEN, *quick])}


@pytest.mark.parametrize("name", [sequence.name for sequence in HAND_WRITTEN])
def test_hand_written(name: str, outcomes: dict[str, Outcome]) -> None:
    """A hand-written sequence must take the same course on both."""
    assert not outcomes[name].differences, str(outcomes[name])


@pytest.mark.parametrize("number", range(1, GENERATED + 1))
def test_generated(number: int, outcomes: dict[str, Outcome], bench: Bench) -> None:
    """A generated sequence must take the same course on both; the shortest one that does not is printed."""
    outcome = outcomes[f"generated {number}"]
    assert not outcome.differences, str(shrunk(outcome, bench.outcomes))
