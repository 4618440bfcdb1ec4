"""Numbers as bars, a row each: restarts of each service, tasks of each node."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from coopnb.show.drawing import INK, bare_spec, mark, words
from coopnb.show.tasks_chart import BOX, LETTER_INK
from coopnb.show.text import shorten

WIDTH = 300
LEFT, TOP, RIGHT, BOTTOM = 170, 6, 200, 6
ROW = 24
_NAME, _SAID = 24, 30


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of a bar: how long, its colour, and the letter in it."""

    number: int
    colour: str
    letter: str


@dataclass(frozen=True, slots=True)
class Row:
    """One bar: its name at the left, its pieces, and what they are in words at the right."""

    name: str
    parts: tuple[Part, ...]
    said: str


def bars_spec(rows: Sequence[Row]) -> dict[str, Any]:
    """The bars as a Vega-Lite specification; all begin at the same line."""
    most = max(1, *(sum(part.number for part in row.parts) for row in rows))
    height = ROW * len(rows)
    values = [piece for at, row in enumerate(rows) for piece in _pieces(at, row)]
    across = {"type": "quantitative", "scale": {"domain": [0, most], "nice": False}, "axis": None}
    down = {"type": "quantitative", "scale": {"domain": [len(rows), 0], "nice": False, "zero": False}, "axis": None}
    boxes = {
        "data": {"values": values},
        "mark": {"type": "rect", **BOX},
        "encoding": {
            "x": {**across, "field": "start"},
            "x2": {"field": "end"},
            "y": {**down, "field": "top"},
            "y2": {"field": "bottom"},
            "color": _colours(rows),
        },
    }
    letters = {
        "data": {"values": values},
        "mark": {"type": "text", "baseline": "middle", "fontSize": 12, "fontWeight": "bold", "fill": LETTER_INK},
        "encoding": {
            "x": {**across, "field": "centre"},
            "y": {**down, "field": "middle"},
            "text": {"field": "letter"},
        },
    }
    line = {"type": "rule", "stroke": INK, "strokeOpacity": 0.4}
    start = {"x": {"value": 0}, "y": {"value": 0}, "y2": {"value": height}}
    layers: list[dict[str, Any]] = [boxes, letters, {"data": {"values": [{}]}, "mark": line, "encoding": start}]
    for at, row in enumerate(rows):
        length = sum(part.number for part in row.parts) / most * WIDTH
        layers.append(mark(words(shorten(row.name, _NAME), align="right"), -10, at * ROW + ROW / 2))
        layers.append(mark(words(shorten(row.said, _SAID), align="left"), round(length) + 10, at * ROW + ROW / 2))
    return bare_spec(layers, (WIDTH, height), (LEFT, TOP, RIGHT, BOTTOM))


def _pieces(at: int, row: Row) -> list[Mapping[str, Any]]:
    pieces: list[Mapping[str, Any]] = []
    start = 0
    for part in row.parts:
        if not part.number:
            continue
        end = start + part.number
        pieces.append(
            {
                "start": start,
                "end": end,
                "centre": (start + end) / 2,
                "top": at + 0.14,
                "middle": at + 0.5,
                "bottom": at + 0.86,
                "letter": part.letter,
            }
        )
        start = end
    return pieces


def _colours(rows: Sequence[Row]) -> dict[str, Any]:
    """Which letter has which colour, in the order they first appear."""
    colours = {part.letter: part.colour for row in rows for part in row.parts if part.number}
    scale = {"domain": list(colours), "range": list(colours.values())}
    return {"field": "letter", "type": "nominal", "scale": scale, "legend": None}
