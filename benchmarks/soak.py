"""``python -m benchmarks.soak``: the same things again and again, and then a look at what is left of them."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.cycles import STEPS, cycle, practice, story
from benchmarks.leftovers import leftovers, open_files, resident
from coopnb.server import plant_samples
from coopnb.workspace import Workspace
from tests.convert.everything import on_three_engines
from tests.differential.everything import outcomes, sequences
from tests.testbed.engine import dockerd
from tests.testbed.images import IMAGES, load
from tests.testbed.requirements import missing

GROWTH_KIB = 8 * 1024
"""What the practice process may grow by in the second half of its cycles: a swarm keeps a bounded history."""

SHRINKING = 2
"""Rounds in which a sequence with different consequences is made shorter: each takes as long as a sequence or two."""


Part = Callable[[Path, int], str]
"""Does one thing so many times, below a folder; what it counted, in words."""


def main() -> None:
    """Run all parts and print what was counted; status 1 if one failed or left something, 2 if something is missing."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    parser.add_argument("--contract", type=int, default=1, help="runs of the contract tests (default: %(default)s)")
    parser.add_argument("--seeds", type=int, default=20, help="seeds whose story is told twice (default: %(default)s)")
    parser.add_argument("--practice", type=int, default=30, help="cycles on the practice swarm (default: %(default)s)")
    parser.add_argument("--differential", type=int, default=1, help="runs of all sequences (default: %(default)s)")
    parser.add_argument("--broken", type=int, default=50_000, help="broken files read (default: %(default)s)")
    parser.add_argument("--corpus", type=int, default=1, help="deploys of the whole corpus (default: %(default)s)")
    parser.add_argument("--real", type=int, default=3, help="cycles on a real dockerd (default: %(default)s)")
    given = parser.parse_args()
    if lacks := missing():
        print(f"soak: this machine lacks {', '.join(lacks)} (tools/system-packages install)", file=sys.stderr)
        sys.exit(2)
    begin, opened, failures = time.monotonic(), open_files(), 0
    folder = Path(tempfile.mkdtemp(prefix="coopnb-soak-"))
    tempfile.tempdir = os.environ["TMPDIR"] = str(folder)
    parts: tuple[tuple[str, Part, int], ...] = (
        ("contract tests", contract, given.contract),
        ("broken files", broken, given.broken),
        ("determinism", determinism, given.seeds),
        ("differential", differential, given.differential),
        ("practice swarm", practice_cycles, given.practice),
        ("corpus", corpus, given.corpus),
        ("real dockerd", real_cycles, given.real),
    )
    wanted = [part for part in parts if part[2] > 0]
    for name, part, times in wanted:
        try:
            print(f"{name}: {part(folder, times)}", flush=True)
        except Exception as error:  # each part is told of, whatever became of the others
            failures += 1
            print(f"{name}: FAILED, {type(error).__name__}: {error}", flush=True)
    left, more = leftovers(folder), open_files() - opened
    print(f"left behind: {left}, {max(more, 0)} more open files in this process")
    if not left.files and not left.processes:
        folder.rmdir()
    print(f"in {(time.monotonic() - begin) / 60:.1f} minutes:")
    print(f"{len(wanted) - failures} passed, {failures} failed, {len(parts) - len(wanted)} skipped")
    sys.exit(1 if failures or left.total or more > 0 else 0)


def contract(folder: Path, times: int) -> str:
    """The contract tests, both kinds of swarm each time."""
    base = folder / "pytest"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--basetemp={base}", "tests/contract"]
    last = "not run"
    for number in range(times):
        env = {**os.environ, "COOPNB_REQUIRE_REAL": "1"}
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=1500, check=False)
        shutil.rmtree(base, ignore_errors=True)
        last = done.stdout.strip().splitlines()[-1] if done.stdout.strip() else done.stderr.strip()
        if done.returncode:
            raise RuntimeError(f"run {number + 1}: {last}\n{done.stdout[-3000:]}")
    return f"{times} runs, each: {last}"


def broken(folder: Path, count: int) -> str:
    """Compose files and settings with harm done to them, in a process that must live: each read, or refused."""
    command = [sys.executable, "-m", "tests.recipe.hostile", "0", str(count)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=1500, check=False)
    if done.returncode:
        raise RuntimeError(f"status {done.returncode}: {done.stderr[-3000:]}")
    return done.stdout.strip()


def corpus(folder: Path, times: int) -> str:
    """The corpus, and mixtures of it, deployed by docker and by coopnb on three engines: equal objects."""
    told: list[str] = []
    for _ in range(times):
        for result in on_three_engines():
            told.append(str(result))
            if result.different:
                raise RuntimeError("\n".join((str(result), *result.different)))
    return "; ".join(told)


def differential(folder: Path, times: int) -> str:
    """The same sequences of calls on real swarms and on practice swarms, with the same consequences."""
    played, again, differing = 0, 0, []
    for _ in range(times):
        with place(folder) as home:
            for outcome in outcomes(home, sequences(), shrink=SHRINKING):
                played += 1
                again += outcome.tries - 1
                differing += [outcome] if outcome.differences else []
    if differing:
        raise RuntimeError(f"{len(differing)} of {played} sequences differ:\n" + "\n".join(map(str, differing)))
    return f"{played} sequences, the same on real and practice; {again} more plays where swarm races with itself"


def determinism(folder: Path, seeds: int) -> str:
    """Every seed tells the same story twice, and no two seeds the same one."""
    told: set[str] = set()
    for seed in range(seeds):
        with place(folder) as first, place(folder) as second:
            one, two = story(first, seed), story(second, seed)
        if one != two:
            raise RuntimeError(f"seed {seed} told two stories")
        told.add(one)
    if len(told) != seeds:
        raise RuntimeError(f"{seeds} seeds told {len(told)} stories")
    return f"{seeds} seeds, the same story twice each, all different"


def practice_cycles(folder: Path, times: int) -> str:
    """Deploy, upgrade, roll back; the process must not grow without bound."""
    with place(folder) as home:
        workspace = Workspace(home)
        with practice(workspace) as running:
            sizes = []
            deploys = 0
            for _ in range(times):
                deploys += sum(cycle(workspace, "practice", recipe) for recipe in STEPS)
                sizes.append(resident(running.pid))
    half, last = sizes[times // 2], sizes[-1]
    if last - half > GROWTH_KIB:
        raise RuntimeError(f"the practice process grew from {half} to {last} KiB in the second half of {times} cycles")
    memory = f"{sizes[0]} KiB after the first, {half} half way, {last} after the last"
    return f"{times} cycles, {deploys} deploys, each ended as it must; memory of the process: {memory}"


def real_cycles(folder: Path, times: int) -> str:
    """The same on a real dockerd, with real servers in the containers."""
    deploys = 0
    with place(folder) as home, dockerd(home / "engine") as engine:
        load(engine, IMAGES)
        workspace = Workspace(home / "workspace")
        plant_samples(workspace)
        for _ in range(times):
            deploys += sum(cycle(workspace, engine.url, recipe) for recipe in STEPS)
    return f"{times} cycles, {deploys} deploys, each ended as it must"


@contextmanager
def place(folder: Path) -> Iterator[Path]:
    """A folder for one part, taken away after it."""
    path = Path(tempfile.mkdtemp(prefix="part-", dir=folder))
    try:
        yield path
    finally:
        shutil.rmtree(path)


if __name__ == "__main__":
    main()
