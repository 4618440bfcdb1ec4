"""The rollout as a drawing: tasks over time by state, as SVG without a script.

Vega-Lite draws the scales and the areas. Nothing in the drawing is placed by the width of a text: the
frame is fixed and the legend is made of marks at fixed places, so that the bytes do not depend on the
fonts of a machine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from coopnb.show.series import STATES_DRAWN, Point, states_in
from coopnb.show.text import counted, escape

VEGA_LITE = "6.1"
"""Named, because another version may draw the same spec with other bytes."""
WIDTH, HEIGHT = 520, 150
LEFT, TOP, RIGHT, BOTTOM = 44, 24, 170, 38
INK = "currentColor"
"""The colour of the text around the drawing: dark on light, light on dark."""
STATE_COLOURS: Mapping[str, str] = {
    "running, new": "#009E73",
    "running, as before": "#56B4E9",
    "running": "#009E73",
    "starting": "#E69F00",
    "waiting": "#F0E442",
    "failed": "#D55E00",
    "stopped": "#999999",
    "unknown": "#CC79A7",
}
"""Okabe and Ito's colours, each also a word in the legend."""
_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200, 3600)


def rollout_svg(points: Sequence[Point], title: str) -> str:
    """Draw a series as one ``<svg role="img">`` with a title and a description; empty without points."""
    if not points:
        return ""
    import vl_convert

    drawn: str = vl_convert.vegalite_to_svg(rollout_spec(points), vl_version=VEGA_LITE)
    return _described(drawn, title, description(points))


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
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "width": WIDTH,
        "height": HEIGHT,
        "autosize": {"type": "none"},
        "padding": {"left": LEFT, "top": TOP, "right": RIGHT, "bottom": BOTTOM},
        "background": None,
        "config": {"view": {"stroke": None}, "font": "sans-serif", "aria": False},
        "layer": [_areas(points, states, end, most), *_legend(states), *_labels()],
    }


def _areas(points: Sequence[Point], states: Sequence[str], end: int, most: int) -> dict[str, Any]:
    values = [row for state in states for row in _band(points, state)]
    axis = {
        "title": None,
        "grid": True,
        "labelOverlap": False,
        "labelFlush": False,
        "labelColor": INK,
        "labelFontSize": 12,
    }
    lines = {
        "gridColor": INK,
        "gridOpacity": 0.15,
        "domainColor": INK,
        "domainOpacity": 0.4,
        "ticks": False,
        "labelPadding": 6,
    }
    along = {"values": _ticks(end, 8), "format": "d", **axis, **lines}
    upward = {"values": _ticks(most, 5), "format": "d", **axis, **lines}
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
        marks.append(_mark(box, WIDTH + 20, height))
        marks.append(_mark(_words(state, align="left"), WIDTH + 34, height))
    return marks


def _labels() -> list[dict[str, Any]]:
    return [
        _mark(_words("tasks", align="left"), -LEFT + 8, -14),
        _mark(_words("seconds", align="right"), WIDTH, HEIGHT + 30),
    ]


def _words(text: str, align: str) -> dict[str, Any]:
    return {"type": "text", "text": text, "align": align, "baseline": "middle", "fontSize": 12, "fill": INK}


def _mark(mark: dict[str, Any], x: float, y: float) -> dict[str, Any]:
    return {"data": {"values": [{}]}, "mark": mark, "encoding": {"x": {"value": x}, "y": {"value": y}}}


def _ticks(end: int, at_most: int) -> list[int]:
    step = next((step for step in _STEPS if end / step <= at_most), end)
    return list(range(0, end + 1, step))


def _said(point: Point) -> str:
    parts = [f"{number} {state}" for number, state in zip(point.counts, STATES_DRAWN, strict=True) if number]
    return f"{counted(sum(point.counts), 'task')}, {'; '.join(parts)}" if parts else "no task"


def _described(svg: str, title: str, text: str) -> str:
    start = svg.index("<svg ") + len("<svg ")
    after = svg.index(">", start) + 1
    opening = svg[start:after].replace('xmlns:xlink="http://www.w3.org/1999/xlink" ', "")
    name = escape(title)
    head = f'<svg role="img" aria-label="{name}" {opening}<title>{name}</title><desc>{escape(text)}</desc>'
    return head + svg[after:]
