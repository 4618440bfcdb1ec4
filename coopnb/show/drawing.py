"""What all drawings share: Vega-Lite specs as plain dicts, and the SVG they become.

Vega-Lite draws the scales and the shapes. Nothing in a drawing is placed by the width of a text: frames are
fixed and legends are made of marks at fixed places, so that the bytes do not depend on the fonts of a machine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from coopnb.show.text import escape

VEGA_LITE = "6.1"
"""Named, because another version may draw the same spec with other bytes."""
INK = "currentColor"
"""The colour of the text around the drawing: dark on light, light on dark."""
AXIS: Mapping[str, Any] = {
    "title": None,
    "grid": True,
    "labelOverlap": False,
    "labelFlush": False,
    "labelColor": INK,
    "labelFontSize": 12,
}
INK_LINES: Mapping[str, Any] = {
    "gridColor": INK,
    "gridOpacity": 0.15,
    "domainColor": INK,
    "domainOpacity": 0.4,
    "ticks": False,
    "labelPadding": 6,
}
_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200, 3600)


def drawn(spec: Mapping[str, Any], title: str, description: str) -> str:
    """Draw a spec as one ``<svg role="img">`` with a title, and a description for those who do not see it."""
    import vl_convert

    svg: str = vl_convert.vegalite_to_svg(dict(spec), vl_version=VEGA_LITE)
    return _described(svg, title, description)


def bare_spec(
    layers: Sequence[Mapping[str, Any]], size: tuple[int, int], padding: tuple[int, int, int, int]
) -> dict[str, Any]:
    """A Vega-Lite specification of layers, with all data in it and nothing behind it.

    Args:
        size: width and height. padding: left, top, right, bottom.
    """
    left, top, right, bottom = padding
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "width": size[0],
        "height": size[1],
        "autosize": {"type": "none"},
        "padding": {"left": left, "top": top, "right": right, "bottom": bottom},
        "background": None,
        "config": {"view": {"stroke": None}, "font": "sans-serif", "aria": False},
        "layer": list(layers),
    }


def words(text: str, align: str, colour: str = INK) -> dict[str, Any]:
    """A text mark; ``align`` is where its place is: ``left``, ``center``, ``right``."""
    return {"type": "text", "text": text, "align": align, "baseline": "middle", "fontSize": 12, "fill": colour}


def mark(mark: Mapping[str, Any], x: float, y: float) -> dict[str, Any]:
    """One mark at a fixed place, in pixels from the frame's upper left corner."""
    return {"data": {"values": [{}]}, "mark": mark, "encoding": {"x": {"value": x}, "y": {"value": y}}}


def ticks(end: int, at_most: int) -> list[int]:
    """Round numbers from 0 to ``end``."""
    step = next((step for step in _STEPS if end / step <= at_most), end)
    return list(range(0, end + 1, step))


def _described(svg: str, title: str, text: str) -> str:
    start = svg.index("<svg ") + len("<svg ")
    after = svg.index(">", start) + 1
    opening = svg[start:after].replace('xmlns:xlink="http://www.w3.org/1999/xlink" ', "")
    name = escape(title)
    head = f'<svg role="img" aria-label="{name}" {opening}<title>{name}</title><desc>{escape(text)}</desc>'
    return head + svg[after:]
