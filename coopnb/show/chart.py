"""The rollout as a drawing: tasks over time by state, as SVG without a script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from coopnb.show.drawing import AXIS, INK, INK_LINES, bare_spec, drawn, mark, ticks, words
from coopnb.show.series import STATES_DRAWN, Point, states_in
from coopnb.show.text import counted
from coopnb.show.words import WORD_COLOURS

WIDTH, HEIGHT = 520, 150
LEFT, TOP, RIGHT, BOTTOM = 44, 24, 170, 38
STATE_COLOURS: Mapping[str, str] = {
    **WORD_COLOURS,
    "running, new": WORD_COLOURS["running"],
    "running, as before": "#56B4E9",
}
"""Each is also a word in the legend."""


def rollout_svg(points: Sequence[Point], title: str) -> str:
    """Draw a series as one ``<svg role="img">`` with a title and a description; empty without points."""
    if not points:
        return ""
    return drawn(rollout_spec(points), title, description(points))


def description(points: Sequence[Point]) -> str:
    """Say what the drawing shows, for those who do not see it."""
    first, last = points[0], points[-1]
    if first.seconds == last.seconds:
        return f"At {last.seconds} s: {_said(last)}."
    return f"At {first.seconds} s: {_said(first)}. At {last.seconds} s: {_said(last)}."


def rollout_spec(points: Sequence[Point]) -> dict[str, Any]:
    """The drawing as a Vega-Lite specification: a plain dict, all data in it."""
    states = states_in(points)
    end = max(1, points[-1].seconds)
    most = max(1, *(sum(point.counts) for point in points))
    layers = [_areas(points, states, end, most), *_legend(states), *_labels()]
    return bare_spec(layers, (WIDTH, HEIGHT), (LEFT, TOP, RIGHT, BOTTOM))


def _areas(points: Sequence[Point], states: Sequence[str], end: int, most: int) -> dict[str, Any]:
    values = [row for state in states for row in _band(points, state)]
    along = {"values": ticks(end, 8), "format": "d", **AXIS, **INK_LINES}
    upward = {"values": ticks(most, 5), "format": "d", **AXIS, **INK_LINES}
    return {
        "data": {"values": values},
        "mark": {"type": "area", "interpolate": "step-after", "stroke": INK, "strokeWidth": 0.6, "strokeOpacity": 0.6},
        "encoding": {
            "x": {"field": "s", "type": "quantitative", "scale": {"domain": [0, end], "nice": False}, "axis": along},
            "y": {
                "field": "low",
                "type": "quantitative",
                "scale": {"domain": [0, most], "nice": False},
                "axis": upward,
            },
            "y2": {"field": "high"},
            "color": {
                "field": "state",
                "type": "nominal",
                "scale": {"domain": list(states), "range": [STATE_COLOURS[state] for state in states]},
                "legend": None,
            },
        },
    }


def _band(points: Sequence[Point], state: str) -> list[dict[str, Any]]:
    below = STATES_DRAWN.index(state)
    return [
        {"s": point.seconds, "state": state, "low": sum(point.counts[:below]), "high": sum(point.counts[: below + 1])}
        for point in points
    ]


def _legend(states: Sequence[str]) -> list[dict[str, Any]]:
    marks: list[dict[str, Any]] = []
    for row, state in enumerate(reversed(states)):
        height = 8 + 22 * row
        box = {
            "type": "square",
            "size": 144,
            "opacity": 1,
            "fill": STATE_COLOURS[state],
            "stroke": INK,
            "strokeWidth": 0.6,
        }
        marks.append(mark(box, WIDTH + 20, height))
        marks.append(mark(words(state, align="left"), WIDTH + 34, height))
    return marks


def _labels() -> list[dict[str, Any]]:
    return [
        mark(words("tasks", align="left"), -LEFT + 8, -14),
        mark(words("seconds", align="right"), WIDTH, HEIGHT + 30),
    ]


def _said(point: Point) -> str:
    parts = [f"{number} {state}" for number, state in zip(point.counts, STATES_DRAWN, strict=True) if number]
    return f"{counted(sum(point.counts), 'task')}, {'; '.join(parts)}" if parts else "no task"
