"""What the drawings of an app over time are made of: the lanes of its tasks, and the steps of its services."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from coopnb.model.history import History, TaskSpan
from coopnb.show.words import URGENCY, short_name, standing_of

LANES_AT_MOST = 30
SERVICES_AT_MOST = 12
"""Rows that one drawing has at most; what needs a person stands first, and the tables have the rest."""
_OVER = ("failed", "stopped", "unknown")


@dataclass(frozen=True, slots=True)
class Bar:
    """A task stood so, from ``start`` to ``end``; ``word`` is one of the words of :mod:`coopnb.show.words`."""

    word: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Lane:
    """One row of the strips: a task, and what stood in its slot one after the other.

    Attributes:
        name: without the stack; with a ``+`` where it is a second attempt beside the first.
        node: where it was at the end.
    """

    name: str
    node: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Steps:
    """One service: (seconds, running, wanted) at each change and at the end.

    Attributes:
        most: the highest of all numbers, at least 1.
        said: how it stands at the end, ``1 of 2 run``.
    """

    name: str
    points: tuple[tuple[float, int, int], ...]
    most: int
    said: str


def lanes(history: History) -> tuple[Lane, ...]:
    """The lanes of all tasks, those that need a person first, at most :data:`LANES_AT_MOST`."""
    found: list[tuple[int, str, int, Lane]] = []
    for (service, slot, task), group in groupby(history.spans, key=lambda span: (span.service, span.slot, span.task)):
        rows = _side_by_side(list(group))
        for number, row in enumerate(rows):
            name = short_name(task, history.stack) + " +" * number
            node = next((span.node for span in reversed(row) if span.node), "")
            lane = Lane(name, node, tuple(Bar(word, span.start, span.end) for word, span in in_words(row)))
            urgency = min(
                (URGENCY.get(bar.word, 9) for bar in lane.bars if bar.word in ("failed", "unknown")), default=9
            )
            found.append((urgency, service, slot, lane))
    found.sort(key=lambda item: item[:3])
    kept = found[:LANES_AT_MOST]
    return tuple(lane for *_, lane in sorted(kept, key=lambda item: item[1:3]))


def steps(history: History) -> tuple[Steps, ...]:
    """The steps of all services, those that miss tasks first, at most :data:`SERVICES_AT_MOST`."""
    by_service = sorted(history.replicas, key=lambda item: (item.service, item.seconds))
    found = []
    for service, group in groupby(by_service, key=lambda item: item.service):
        points = [(item.seconds, item.running, item.wanted) for item in group]
        _, running, wanted = points[-1]
        if points[-1][0] < history.seconds:
            points.append((history.seconds, running, wanted))
        most = max(1, *(max(point[1:]) for point in points))
        name = short_name(service, history.stack)
        found.append((running >= wanted, name, Steps(name, tuple(points), most, f"{running} of {wanted} run")))
    found.sort(key=lambda item: item[:2])
    return tuple(item for _, _, item in sorted(found[:SERVICES_AT_MOST], key=lambda item: item[1]))


def _side_by_side(spans: Sequence[TaskSpan]) -> list[list[TaskSpan]]:
    """Attempts of one slot that do not overlap share a row; what is over gives way to what comes."""
    rows: list[list[TaskSpan]] = []
    busy_until: list[float] = []
    for _, group in groupby(spans, key=lambda span: span.attempt):
        attempt = list(group)
        live = [span for span in attempt if standing_of(span.state).word not in _OVER]
        busy = max((span.end for span in live), default=attempt[0].start)
        free = next((at for at, until in enumerate(busy_until) if until <= attempt[0].start), len(rows))
        if free == len(rows):
            rows.append([])
            busy_until.append(0.0)
        rows[free] += attempt
        busy_until[free] = busy
    return rows


def in_words(spans: Sequence[TaskSpan]) -> Iterator[tuple[str, TaskSpan]]:
    """Spans by word: neighbours of one attempt with the same word are one, and a stop that took no time is none."""
    words = ((standing_of(span.state).word, span) for span in spans)
    for (word, *_), group in groupby(words, key=lambda pair: (pair[0], pair[1].task, pair[1].attempt)):
        pieces = [span for _, span in group]
        whole = replace(pieces[-1], start=pieces[0].start)
        if whole.end > whole.start or word == "failed":
            yield word, whole
