"""An app over time as drawings: a strip a task, lettered and coloured by state, and the replicas of each service."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from coopnb.show.drawing import AXIS, INK, INK_LINES, bare_spec, mark, ticks, words
from coopnb.show.lanes import Bar, Lane, Steps
from coopnb.show.text import shorten
from coopnb.show.words import WORD_COLOURS

WIDTH = 520
LEFT, TOP, RIGHT = 150, 8, 130
ROW = 24
STEP_ROW = 46
LETTERS: Mapping[str, str] = {
    "running": "R",
    "starting": "S",
    "waiting": "W",
    "failed": "F",
    "stopped": "O",
    "unknown": "U",
    "not seen": "N",
}
"""Word -> the letter that stands for it in a strip; the legend says both."""
LETTER_INK = "#000000"
"""Black is readable on every one of the colours (contrast 5:1 or more), whatever is around the drawing."""
NARROWEST = 15
"""Pixels that a letter needs; a failure is drawn at least as wide."""
BOX: Mapping[str, Any] = {"stroke": INK, "strokeWidth": 0.6, "opacity": 1}
_NAME = 20
_LEGEND_STEP = 92


def tasks_spec(lanes: Sequence[Lane], end: float) -> dict[str, Any]:
    """The strips as a Vega-Lite specification, one lane a row."""
    time, unit = _time_axis(end)
    height = ROW * len(lanes)
    values = [_box(row, bar, end) for row, lane in enumerate(lanes) for bar in _apart(lane.bars, end)]
    states = [word for word in LETTERS if any(bar.word == word for lane in lanes for bar in lane.bars)]
    colours = [WORD_COLOURS.get(word, "transparent") for word in states]
    across = {
        "x": {**time, "field": "start"},
        "x2": {"field": "end"},
        "y": _rows("top", len(lanes)),
        "y2": {"field": "bottom"},
        "color": {
            "field": "word",
            "type": "nominal",
            "scale": {"domain": states, "range": colours},
            "legend": None,
        },
    }
    layers: list[dict[str, Any]] = [
        {"data": {"values": values}, "mark": {"type": "rect", **BOX}, "encoding": across},
        _letters(values, time, len(lanes)),
        *_names([lane.name for lane in lanes], [lane.node for lane in lanes], ROW),
        mark(words(unit, align="right"), WIDTH, height + 30),
        *_state_legend(states, height + 56),
    ]
    return bare_spec(layers, (WIDTH, height), (LEFT, TOP, RIGHT, 72))


def replicas_spec(services: Sequence[Steps], end: float) -> dict[str, Any]:
    """Wanted and running replicas as a Vega-Lite specification, one service a row."""
    time, unit = _time_axis(end)
    height = STEP_ROW * len(services)
    rows = len(services)
    running = [_level(row, steps, at, now) for row, steps in enumerate(services) for at, now, _ in steps.points]
    wanted = [_level(row, steps, at, want) for row, steps in enumerate(services) for at, _, want in steps.points]
    detail = {"detail": {"field": "row"}}
    layers: list[dict[str, Any]] = [
        {
            "data": {"values": running},
            "mark": {"type": "area", "interpolate": "step-after", "fill": "#56B4E9", "stroke": INK, **_AREA},
            "encoding": {
                "x": {**time, "field": "s"},
                "y": _rows("level", rows),
                "y2": {"field": "bottom"},
                **detail,
            },
        },
        {
            "data": {"values": wanted},
            "mark": {"type": "line", "interpolate": "step-after", "stroke": INK, **_DASHED},
            "encoding": {"x": {**time, "field": "s"}, "y": _rows("level", rows), **detail},
        },
        *_names([steps.name for steps in services], [steps.said for steps in services], STEP_ROW),
        mark(words(unit, align="right"), WIDTH, height + 30),
        mark({"type": "square", "size": 144, "fill": "#56B4E9", **BOX}, 6, height + 56),
        mark(words("running", align="left"), 20, height + 56),
        _dashes(120, 150, height + 56),
        mark(words("wanted", align="left"), 158, height + 56),
    ]
    return bare_spec(layers, (WIDTH, height), (LEFT, TOP, RIGHT, 72))


_AREA: Mapping[str, Any] = {"strokeWidth": 0.6, "opacity": 1, "line": False}
_DASHED: Mapping[str, Any] = {"strokeWidth": 2, "strokeDash": [6, 4]}


def _time_axis(end: float) -> tuple[dict[str, Any], str]:
    """The scale and axis of seconds, labelled in the unit that is named beside."""
    unit, size = next(((name, size) for name, size, most in _UNITS if end <= most), _UNITS[-1][:2])
    values = [tick * size for tick in ticks(max(1, int(end // size)), 8)]
    axis = {"values": values, "labelExpr": f"format(datum.value / {size}, 'd')", **AXIS, **INK_LINES}
    return {"type": "quantitative", "scale": {"domain": [0, max(1.0, end)], "nice": False}, "axis": axis}, unit


_UNITS = (("seconds", 1, 600), ("minutes", 60, 3 * 3600), ("hours", 3600, 4 * 86400), ("days", 86400, 0))


def _rows(field: str, rows: int) -> dict[str, Any]:
    """Rows counted from the top; what stands in a row is a fraction of it."""
    scale = {"domain": [rows, 0], "nice": False, "zero": False}
    return {"field": field, "type": "quantitative", "scale": scale, "axis": None}


def _apart(bars: Sequence[Bar], end: float) -> Iterator[Bar]:
    """Give a failure, which may take no time, a place to be seen: what follows begins after it."""
    least = NARROWEST / WIDTH * max(1.0, end)
    taken = 0.0
    for bar in bars:
        start, until = max(bar.start, taken), bar.end
        if bar.word == "failed":
            start = max(0.0, min(start, end - least))
            until = taken = max(until, start + least)
        if until > start:
            yield Bar(bar.word, start, until)


def _box(row: int, bar: Bar, end: float) -> dict[str, Any]:
    start, until = bar.start, bar.end
    # Six digits: a machine that rounds the last bit otherwise draws the same.
    return {
        "start": round(start, 6),
        "end": round(until, 6),
        "top": row + 0.12,
        "bottom": row + 0.88,
        "middle": row + 0.5,
        "centre": round((start + until) / 2, 6),
        "word": bar.word,
        "letter": LETTERS[bar.word],
        "wide": (until - start) / max(1.0, end) * WIDTH >= NARROWEST - 0.5,
    }


def _letters(boxes: Sequence[Mapping[str, Any]], time: Mapping[str, Any], rows: int) -> dict[str, Any]:
    return {
        "data": {"values": [box for box in boxes if box["wide"]]},
        "mark": {"type": "text", "baseline": "middle", "align": "center", "fontSize": 12, "fontWeight": "bold"},
        "encoding": {
            "x": {**time, "field": "centre"},
            "y": _rows("middle", rows),
            "text": {"field": "letter"},
            "color": {
                "condition": {"test": "datum.word === 'not seen'", "value": INK},
                "value": LETTER_INK,
            },
        },
    }


def _level(row: int, steps: Steps, seconds: float, number: int) -> dict[str, Any]:
    return {
        "s": round(seconds, 6),
        "row": row,
        "level": round(row + 0.9 - 0.75 * number / steps.most, 6),
        "bottom": row + 0.9,
    }


def _names(left: Sequence[str], right: Sequence[str], row: int) -> list[dict[str, Any]]:
    marks = []
    for at, (name, said) in enumerate(zip(left, right, strict=True)):
        middle = at * row + row / 2
        marks.append(mark(words(shorten(name, _NAME), align="right"), -10, middle))
        marks.append(mark(words(shorten(said, _NAME), align="left"), WIDTH + 10, middle))
    return marks


def _state_legend(states: Sequence[str], y: float) -> list[dict[str, Any]]:
    marks: list[dict[str, Any]] = []
    for at, word in enumerate(states):
        x = 6 + at * _LEGEND_STEP - (LEFT - 20 if len(states) > 6 else 0)
        fill = WORD_COLOURS.get(word, "transparent")
        marks.append(mark({"type": "square", "size": 225, "fill": fill, **BOX}, x, y))
        ink = LETTER_INK if word in WORD_COLOURS else INK
        marks.append(mark({**words(LETTERS[word], "center", ink), "fontWeight": "bold"}, x, y))
        marks.append(mark(words(word, align="left"), x + 14, y))
    return marks


def _dashes(start: float, end: float, y: float) -> dict[str, Any]:
    line = {"type": "rule", "stroke": INK, **_DASHED}
    place = {"x": {"value": start}, "x2": {"value": end}, "y": {"value": y}}
    return {"data": {"values": [{}]}, "mark": line, "encoding": place}
