"""One attempt to run a task, as it was seen from look to look, and the spans and restarts that follow from it.

What was not seen is not guessed: an attempt that failed between two looks may have run or not. swarm's
states only go forward, which tells the rest: what runs now was starting before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby, pairwise

from coopnb.model.history import NOT_SEEN, Restart, TaskSpan
from coopnb.model.snapshot import ENDED

KEPT_ATTEMPTS = 5
"""Attempts that a swarm keeps of each slot unless it is told otherwise (``TaskHistoryRetentionLimit``)."""

_WAITING = ("new", "pending")
_BY_ITSELF = ("failed", "rejected", "complete")


@dataclass(slots=True)
class Stood:
    """A state, since when by the engine's clock, and when it was last seen."""

    state: str
    at: datetime
    seen: datetime


@dataclass(slots=True)
class Track:
    """One attempt; its states in the order they were reached."""

    task: str
    service: str
    slot: int
    made: datetime
    node: str = ""
    error: str = ""
    meant_to_run: bool = True
    states: list[Stood] = field(default_factory=list)

    def see(self, state: str, at: datetime, seen: datetime) -> None:
        """Take in one look; nodes have clocks of their own, so that no state begins before the one it follows."""
        at = max(at, self.states[-1].at) if self.states else at
        if self.states and self.states[-1].state == state:
            self.states[-1].seen = max(seen, self.states[-1].seen)
        else:
            self.states.append(Stood(state, at, max(seen, at)))

    @property
    def ended(self) -> Stood | None:
        """How it ended, if it did."""
        return self.states[-1] if self.states[-1].state in ENDED else None


def attempts(tracks: Iterable[Track]) -> dict[str, list[Track]]:
    """Task -> its attempts, the oldest first; by service and slot."""
    order = sorted(tracks, key=lambda track: (track.service, track.slot, track.task, track.made, track.states[0].at))
    return {task: list(group) for task, group in groupby(order, key=lambda track: track.task)}


def spans(of_task: Mapping[str, Sequence[Track]], began: datetime, end: datetime) -> Iterator[TaskSpan]:
    """Every state of every attempt that lies between ``began`` and ``end``."""
    for tracks in of_task.values():
        for number, track in enumerate(tracks, 1):
            following = tracks[number].made if number < len(tracks) else end
            for state, start, until in _states(track, following, end):
                # What is over before the beginning is left out; what ends in the moment it begins is kept.
                if until < began or start > end or (until == began and start < until):
                    continue
                yield TaskSpan(
                    track.task,
                    track.service,
                    track.slot,
                    number,
                    track.node,
                    state,
                    seconds(began, max(start, began)),
                    seconds(began, min(until, end)),
                )


def restarts(of_task: Mapping[str, Sequence[Track]], began: datetime) -> tuple[Restart, ...]:
    """Attempts that ended by themselves since ``began``, and were followed by another; by time."""
    found = [
        Restart(seconds(began, ended.at), track.service, track.task, track.node, track.error or ended.state)
        for tracks in of_task.values()
        for track, _ in pairwise(tracks)
        if (ended := track.ended) and ended.state in _BY_ITSELF and ended.at >= began
    ]
    return tuple(sorted(found, key=lambda restart: (restart.seconds, restart.task)))


def forgotten(of_task: Mapping[str, Sequence[Track]], began: datetime) -> frozenset[str]:
    """Tasks with as many attempts as a swarm keeps, all since ``began``: there may have been more."""
    return frozenset(
        task
        for task, tracks in of_task.items()
        if len(tracks) >= KEPT_ATTEMPTS and tracks[0].ended is not None and tracks[0].made >= began
    )


def seconds(began: datetime, at: datetime) -> float:
    """Seconds from the beginning, to the millisecond."""
    return round((at - began).total_seconds(), 3)


def _states(track: Track, following: datetime, end: datetime) -> Iterator[tuple[str, datetime, datetime]]:
    """State, from, to: what was seen, and what follows from it."""
    states = track.states
    before = _before(states[0].state)
    if before == states[0].state:
        states = [replace(states[0], at=min(track.made, states[0].at)), *states[1:]]
    elif track.made < states[0].at:
        yield before, track.made, states[0].at
    for stood, then in pairwise(states):
        between = _between(stood.state, then.state)
        if between is None or stood.seen >= then.at:
            yield stood.state, stood.at, then.at
        else:
            yield stood.state, stood.at, stood.seen
            yield between, stood.seen, then.at
    last = states[-1]
    if last.state in ENDED:
        yield last.state, last.at, max(last.at, following)
    else:
        yield last.state, last.at, min(end, max(last.seen, last.at))


def _before(state: str) -> str:
    """The state of a task before the first one that was seen."""
    if state in _WAITING:
        return state
    return NOT_SEEN if state in ENDED and state != "rejected" else "starting"


def _between(state: str, then: str) -> str | None:
    """The state between the last look at one and the beginning of the next; None where it is still the first one."""
    if then in ENDED:
        return None if state == "running" or then == "rejected" else NOT_SEEN
    return "starting" if state in _WAITING and then == "running" else None
