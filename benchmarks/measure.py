"""Taking times in turns, so that whatever slows the machine slows both sides."""

from __future__ import annotations

import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

Work = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Timings:
    """The wall times of one piece of work, in seconds."""

    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle one."""
        return statistics.median(self.seconds)

    def __str__(self) -> str:
        low, high = min(self.seconds) * 1000, max(self.seconds) * 1000
        return f"{self.median * 1000:.1f} ms ({low:.1f}-{high:.1f})"


@dataclass(frozen=True, slots=True)
class Comparison:
    """One line of the result.

    Attributes:
        what: the work that both did.
        aim: the ratio to stay under, where there is one.
    """

    what: str
    ours_is: str
    peer_is: str
    ours: Timings
    peer: Timings
    aim: float | None = None

    @property
    def ratio(self) -> float:
        """Our median over the peer's: below one, coopnb is faster."""
        return self.ours.median / self.peer.median


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the result that has no peer.

    Attributes:
        what: the work that was done.
        aim: what it should stay under, in words, where there is something.
        note: what else was seen.
    """

    what: str
    how: str
    timings: Timings
    aim: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Count:
    """One line of the result that is a number and no time.

    Attributes:
        aim: what it should be, in words.
    """

    what: str
    counted: str
    aim: str


def timed(work: Work) -> float:
    """The wall time of one call, in seconds."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def in_turns(ours: Work, peer: Work, runs: int) -> tuple[Timings, Timings]:
    """Time both ``runs`` times, one after the other, each going first every second time."""
    taken: dict[Work, list[float]] = {ours: [], peer: []}
    for number in range(runs):
        for work in (ours, peer) if number % 2 else (peer, ours):
            taken[work].append(timed(work))
    return Timings(tuple(taken[ours])), Timings(tuple(taken[peer]))


def process(
    command: Sequence[str | Path],
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    seconds: float = 120,
) -> subprocess.CompletedProcess[bytes]:
    """Run a process to its end.

    Raises:
        RuntimeError: it failed; with the last of what it said.
    """
    done = subprocess.run(command, env=env, cwd=cwd, capture_output=True, timeout=seconds, check=False)
    if done.returncode:
        words = (done.stderr.strip() or done.stdout.strip()).decode(errors="replace")[-2000:]
        raise RuntimeError(f"{command[0]} ended with status {done.returncode}\n{words}")
    return done
