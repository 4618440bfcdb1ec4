"""What the rollout chart draws and its table says: how many tasks stood how, and from when on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from coopnb.model.run import Sample
from coopnb.model.snapshot import TaskSeen
from coopnb.show.words import standing

NEW = "running, new"
BEFORE = "running, as before"
STATES_DRAWN = (NEW, BEFORE, "running", "starting", "waiting", "failed", "stopped", "unknown")
"""From the bottom of the chart to its top; ``running`` stands alone where nobody knows what is new."""

POINTS_AT_MOST = 40


@dataclass(frozen=True, slots=True)
class Point:
    """From ``seconds`` on, so many tasks stood in each of :data:`STATES_DRAWN`."""

    seconds: int
    counts: tuple[int, ...]

    def of(self, state: str) -> int:
        """How many tasks stood in ``state``."""
        return self.counts[STATES_DRAWN.index(state)]


def rollout_series(samples: Sequence[Sample], planned_at: datetime | None = None) -> tuple[Point, ...]:
    """Count tasks by state, one point a change and one at the end, in whole seconds.

    A task made after ``planned_at`` (the engine's time of the plan's snapshot) is new. A long rollout is
    thinned to :data:`POINTS_AT_MOST` spans of time; of each span the sample with most failed tasks stays.
    """
    points = [Point(max(0, round(sample.seconds)), _counts(sample.tasks, planned_at)) for sample in samples]
    points.sort(key=lambda point: point.seconds)
    if not points:
        return ()
    end = points[-1]
    changes = _changes(_worst_by_span(points, 1))
    span = 1
    while len(changes) > POINTS_AT_MOST:
        span += 1
        changes = _changes(_worst_by_span(points, span))
    return tuple(changes) if changes[-1] == end else (*changes, end)


def states_in(points: Sequence[Point]) -> tuple[str, ...]:
    """The states that occur at all, in drawing order."""
    return tuple(state for state in STATES_DRAWN if any(point.of(state) for point in points))


def _counts(tasks: Sequence[TaskSeen], planned_at: datetime | None) -> tuple[int, ...]:
    words = [_state(task, planned_at) for task in tasks if not _gone(task)]
    return tuple(words.count(state) for state in STATES_DRAWN)


def _state(task: TaskSeen, planned_at: datetime | None) -> str:
    word = standing(task).word
    if word != "running" or planned_at is None:
        return word
    return NEW if task.created_at > planned_at else BEFORE


def _gone(task: TaskSeen) -> bool:
    """Whether a task stopped because it was told to: it is no longer part of the app."""
    return standing(task).word == "stopped" and task.desired_state in ("shutdown", "remove")


def _worst_by_span(points: Sequence[Point], span: int) -> list[Point]:
    kept: dict[int, Point] = {}
    for point in points:
        rival = kept.get(point.seconds // span)
        if rival is None or point.of("failed") >= rival.of("failed"):
            kept[point.seconds // span] = point
    return list(kept.values())


def _changes(points: Sequence[Point]) -> list[Point]:
    changes: list[Point] = []
    for point in points:
        if not changes or point.counts != changes[-1].counts:
            changes.append(point)
    return changes
