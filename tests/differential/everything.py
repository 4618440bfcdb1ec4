"""All sequences, on one node and on three: what ``make soak`` runs, and ``python -m tests.differential``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.differential import images
from tests.differential.grammar import generated
from tests.differential.node_sequences import THREE_NODES
from tests.differential.real import watching
from tests.differential.running import Bench, Outcome
from tests.differential.sequences import ONE_NODE
from tests.differential.shrinking import shrunk
from tests.differential.steps import Sequence
from tests.testbed.engine import dockerd
from tests.testbed.nodes import ThreeNodes, swarm_of_three


def sequences() -> tuple[Sequence, ...]:
    """All of them: hand-written ones, then generated ones."""
    return (*ONE_NODE, *THREE_NODES, *generated())


def outcomes(folder: Path, chosen: Iterable[Sequence], *, itself: bool = False, shrink: int = 0) -> Iterator[Outcome]:
    """Start what the chosen sequences need, run them, and hand out each outcome as soon as it is there.

    Args:
        folder: for the engines, of which nothing is left afterwards.
        itself: hold the real engine against itself instead of the practice swarm.
        shrink: rounds in which a sequence that differs is made shorter, as far as possible.
    """
    given = list(chosen)
    if single := [sequence for sequence in given if sequence.nodes == 1]:
        with one_node(folder) as bench:
            for outcome in bench.outcomes(single, itself=itself):
                yield shrunk(outcome, bench.outcomes, shrink) if outcome.differences and not itself else outcome
    if several := [sequence for sequence in given if sequence.nodes > 1]:
        with three_nodes(folder) as bench:
            yield from bench.outcomes(several, itself=itself)


@contextmanager
def one_node(folder: Path) -> Iterator[Bench]:
    """A watched engine with the images."""
    with dockerd(folder / "engine") as engine:
        images.load(engine)
        with watching(engine.socket) as watcher:
            yield Bench(engine.socket, watcher, folder)


@contextmanager
def three_nodes(folder: Path) -> Iterator[Bench]:
    """A watched swarm of three with the images on every node."""
    with swarm_of_three(folder / "nodes") as swarm, bench_of(swarm, folder) as bench:
        yield bench


@contextmanager
def bench_of(swarm: ThreeNodes, folder: Path) -> Iterator[Bench]:
    """Watch the manager of a swarm that runs already."""
    for engine in swarm.engines.values():
        images.load(engine)
    with watching(swarm.manager.socket) as watcher:
        yield Bench(swarm.manager.socket, watcher, folder, PoweredNodes(swarm))


@dataclass(frozen=True, slots=True)
class PoweredNodes:
    """Nodes that are lost by losing their power."""

    swarm: ThreeNodes

    def lose(self, node: int) -> None:
        """Cut a node's power."""
        self.swarm.power_off(f"node{node}")

    def recover(self, node: int) -> None:
        """Give it back."""
        self.swarm.power_on(f"node{node}")
