"""What a lesson asks for, and what a look at its swarm found of it."""

from __future__ import annotations

from dataclasses import dataclass

HINT_POINTS = 10
"""What each hint of a drill costs, of 100."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What there is of one step, in words.

    Attributes:
        there: what was found. missing: what is not so yet; empty when the step is done.
        under_way: the swarm is still at it, so that looking again is worth while.
    """

    there: str
    missing: str = ""
    under_way: bool = False

    @property
    def met(self) -> bool:
        """Whether nothing is missing."""
        return not self.missing


@dataclass(frozen=True, slots=True)
class Score:
    """How a drill went, from facts.

    Attributes:
        restored: seconds by the engine's clock from the call until the tasks began that serve now.
        unserved: seconds of these in which a service of the app had no task that served.
        changes: services that were written, by the ledgers of the drill's runs.
        needed: how many the shortest way writes.
        hints: how many were asked for.
        fault: what it was, told only now.
        given_up: whether that had been told before, so that there are no points.
    """

    app: str
    fault: str
    restored: float
    unserved: float
    changes: int
    needed: int
    hints: int
    given_up: bool = False

    @property
    def points(self) -> int:
        """Of 100: one less for each 10 s unserved (40 at most), five for each change too many, ten for each hint.

        None for what was given up.
        """
        if self.given_up:
            return 0
        late = min(40, int(self.unserved // 10))
        return max(0, 100 - late - 5 * max(0, self.changes - self.needed) - HINT_POINTS * self.hints)
