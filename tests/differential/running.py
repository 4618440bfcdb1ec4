"""Runs sequences on both sides, several at the same time on one real engine, and says what differs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

from tests.differential import images
from tests.differential.comparing import Difference, differences
from tests.differential.normal import course, renumberings
from tests.differential.playing import play
from tests.differential.real import Nodes, RealSide, Watcher
from tests.differential.seen import Seen
from tests.differential.simulated import PracticeSide
from tests.differential.steps import Sequence

AT_ONCE = 8
"""Sequences that share a real engine: more of them make its containers start so late that monitors expire."""

_numbers = count(1)


TRIES = 8
"""Courses of the real engine that a simulated one is held against at most: where swarm races with itself, its courses
differ from run to run, and the practice swarm must take one that it takes."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a sequence.

    Attributes:
        differences: between the courses that agree best.
        tries: how often it was played on the real engine.
        seconds: on the first side, which is always a real one, by its clock.
        other_seconds: on the other.
    """

    sequence: Sequence
    differences: tuple[Difference, ...]
    tries: int
    seconds: float
    other_seconds: float

    def __str__(self) -> str:
        found = "\n".join(f"    {difference}" for difference in self.differences)
        return f"{self.sequence.name}: {len(self.differences)} differences\n{found}\n\n{self.sequence.as_code()}"


@dataclass(frozen=True, slots=True)
class Bench:
    """A watched real engine (or the manager of several nodes), and a folder for worlds."""

    engine: Path
    watcher: Watcher
    folder: Path
    nodes: Nodes | None = None

    def against_practice(self, sequence: Sequence) -> Outcome:
        """Play a sequence on a practice swarm of its own and on the real engine, there again if something differs."""
        prefix = _prefix()
        simulated = play(sequence, PracticeSide(images.world(self.folder, sequence.nodes)), prefix)
        best: Outcome | None = None
        for tries in range(1, TRIES + 1):
            real = self._real(sequence)
            found = _fewest(sequence, real, simulated, other_is_complete=True)
            if best is None or len(found) < len(best.differences):
                best = Outcome(sequence, tuple(found), tries, real.seconds, simulated.seconds)
            if not found:
                break
        assert best is not None
        return replace(best, tries=tries)

    def against_itself(self, sequence: Sequence) -> Outcome:
        """Play a sequence twice on the real engine: what differs then is noise."""
        one, other = self._real(sequence), self._real(sequence)
        found = _fewest(sequence, one, other, other_is_complete=False)
        return Outcome(sequence, tuple(found), 2, one.seconds, other.seconds)

    def outcomes(self, sequences: Iterable[Sequence], *, itself: bool = False) -> Iterator[Outcome]:
        """Run many, those that touch nodes alone and last, and hand out each outcome as soon as it is there."""
        run = self.against_itself if itself else self.against_practice
        given = list(sequences)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            yield from pool.map(run, [sequence for sequence in given if not sequence.touches_nodes])
        yield from (run(sequence) for sequence in given if sequence.touches_nodes)

    def _real(self, sequence: Sequence) -> Seen:
        return play(sequence, RealSide(self.engine, self.watcher, self.nodes), _prefix())


def _prefix() -> str:
    return f"q{next(_numbers):04}-"


def _fewest(sequence: Sequence, one: Seen, other: Seen, *, other_is_complete: bool) -> list[Difference]:
    """What differs under the numbering of slots that leaves the least to differ."""
    right = course(other, placed=sequence.nodes == 1, with_nodes=sequence.touches_nodes)
    fewest: list[Difference] | None = None
    for renumbering in renumberings(one):
        left = course(one, placed=sequence.nodes == 1, with_nodes=sequence.touches_nodes, renumbering=renumbering)
        found = differences(left, right, other_is_complete=other_is_complete)
        if fewest is None or len(found) < len(fewest):
            fewest = found
        if not fewest:
            break
    return fewest or []
