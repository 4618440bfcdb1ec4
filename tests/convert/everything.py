"""``python -m tests.convert.everything``: the whole corpus, deployed by docker and by coopnb, on three engines."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tests.convert.bench import ITS, MINE, Bench, Refused, bench
from tests.recipe.corpus import Case, apart, cases
from tests.testbed.cli import docker_cli, major_version
from tests.testbed.engine import dockerd
from tests.testbed.fixtures import temporary
from tests.testbed.trees import SID, TRIXIE, tree

EVERY = 4
"""Of so many small cases one is deployed in ``make test``, and every recipe."""

MIXTURES = 100
"""Mixtures on each engine, in ``make soak``."""


@dataclass(frozen=True, slots=True)
class Compared:
    """What became of cases on one engine.

    Attributes:
        engine: its version.
        deployed, refused: cases that both deployed, and the names of those that both refused.
        different: a line for each difference.
    """

    engine: str
    deployed: int
    refused: tuple[str, ...]
    different: tuple[str, ...]

    def __str__(self) -> str:
        return (
            f"engine {self.engine}, docker CLI {major_version(docker_cli())}: {self.deployed} cases deployed by both, "
            f"{len(self.refused)} refused by both, {len(self.different)} differences"
        )


def deployable() -> list[Case]:
    """Every case that docker reads; what it does with it is to be seen."""
    return [case for case in cases() if not case.refused]


def spread() -> list[Case]:
    """Every recipe, and of the small cases one in :data:`EVERY`, the same ones each time."""
    small = [case for case in deployable() if not case.name.startswith("recipes/")]
    return [*small[::EVERY], *(case for case in deployable() if case.name.startswith("recipes/"))]


def everything() -> list[Case]:
    """Every case, and mixtures of them."""
    return [*deployable(), *mixed(MIXTURES)]


def mixed(count: int, first: int = 0) -> list[Case]:
    """Small cases merged by threes, as seeds say: every key meets others, in one service."""
    small = [case for case in deployable() if not case.name.startswith("recipes/") and len(case.files) == 1]
    return [_mixture(small, seed) for seed in range(first, first + count)]


def _mixture(small: list[Case], seed: int) -> Case:
    chosen = random.Random(seed).sample(small, 3)
    return Case(
        name=f"seed {seed}: {', '.join(case.name for case in chosen)}",
        folder=chosen[0].folder.parent,
        files=tuple(f"{case.folder.name}/{case.files[0]}" for case in chosen),
        settings={name: value for case in chosen for name, value in case.settings.items()},
    )


def compared(on: Bench, asked: Iterable[Case]) -> Compared:
    """Deploy each case twice, and compare what is there."""
    deployed, refused, different = 0, [], []
    for case in asked:
        its, mine = on.outcome(on.by_docker, case, ITS), on.outcome(on.by_coopnb, case, MINE)
        if isinstance(its, Refused) and isinstance(mine, Refused):
            refused.append(case.name)
        elif isinstance(its, Refused):
            different.append(f"{case.name}: only docker refuses it: {its}")
        elif isinstance(mine, Refused):
            different.append(f"{case.name}: only coopnb refuses it: {mine}")
        else:
            deployed += 1
            different += [f"{case.name}: {line}" for line in apart(mine.objects, its.objects)]
            different += [f"{case.name}: coopnb would not rest: {line}" for line in (*its.planned, *mine.planned)]
    return Compared(on.identity.engine, deployed, tuple(refused), tuple(different))


def on_three_engines() -> Iterator[Compared]:
    """Everything, on the machine's own engine and on two newer ones; each is gone before its result is given."""
    for suite in (None, TRIXIE, SID):
        with (
            temporary("coopnb-corpus-") as folder,
            dockerd(folder, tree=None if suite is None else tree(suite)) as engine,
            bench(engine) as made,
        ):
            result = compared(made, everything())
        yield result


def main() -> int:
    """Print what was compared, and every difference; 1 if there is one."""
    differences = 0
    for result in on_three_engines():
        print(result, *result.different, sep="\n", flush=True)
        differences += len(result.different)
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
