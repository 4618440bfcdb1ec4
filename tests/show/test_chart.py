"""The rollout as a drawing."""

from __future__ import annotations

import copy
import re
import subprocess
import sys
from typing import Any
from xml.etree import ElementTree

import pytest
import vl_convert

from coopnb.show import chart
from coopnb.show.chart import STATE_COLOURS, rollout_spec, rollout_svg
from coopnb.show.drawing import VEGA_LITE
from coopnb.show.series import STATES_DRAWN, Point, rollout_series
from tests.show.facts import LOOKED_AT, SAMPLES

POINTS = rollout_series(SAMPLES, LOOKED_AT)
SVG = "{http://www.w3.org/2000/svg}"


def drawn(points: tuple[Point, ...]) -> ElementTree.Element:
    """The drawing, parsed."""
    return ElementTree.fromstring(rollout_svg(points, "Tasks over time"))


def test_states_are_named_in_words() -> None:
    """Each state that occurs must stand in the legend by its word, and no other."""
    texts = {element.text for element in drawn(POINTS).iter(f"{SVG}text")}
    assert {"running, new", "running, as before", "starting", "seconds", "tasks"} <= texts
    assert "failed" not in texts


def test_it_can_be_read_without_seeing() -> None:
    """The drawing must be one image with a name and a description of its first and last moment."""
    root = drawn(POINTS)
    assert root.get("role") == "img" and root.get("aria-label") == "Tasks over time"
    assert root.findtext(f"{SVG}title") == "Tasks over time"
    assert root.findtext(f"{SVG}desc") == (
        "At 0 s: 3 tasks, 3 running, as before. At 31 s: 3 tasks, 2 running, new; 1 running, as before."
    )


def test_the_areas_have_the_tables_numbers() -> None:
    """The bands must lie on each other from 0 to the number of tasks, at the seconds of the series."""
    values = rollout_spec(POINTS)["layer"][0]["data"]["values"]
    for point in POINTS:
        bands = [value for value in values if value["s"] == point.seconds]
        assert max(band["high"] for band in bands) == sum(point.counts)
        assert {band["state"]: band["high"] - band["low"] for band in bands} == {
            state: point.of(state) for state in ("running, new", "running, as before", "starting")
        }


def test_every_state_has_a_colour_of_its_own() -> None:
    """No two states may share a colour, but for the two names of a running task that never meet."""
    used = [STATE_COLOURS[state] for state in STATES_DRAWN if state != "running"]
    assert len(set(used)) == len(used)


def test_no_bytes_come_from_the_machines_fonts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Measured with fonts of other widths, the drawing must be equal but for the font's name."""

    def with_font(font: str) -> str:
        spec: dict[str, Any] = copy.deepcopy(rollout_spec(POINTS))
        spec["config"]["font"] = font
        svg: str = vl_convert.vegalite_to_svg(spec, vl_version=VEGA_LITE)
        return svg.replace(f'font-family="{font}"', 'font-family="X"')

    narrow, wide, absent = (with_font(font) for font in ("Liberation Sans", "DejaVu Sans", "No Such Font At All"))
    assert narrow == wide == absent
    # the same comparison fails for a drawing that is laid out by the width of its words
    monkeypatch.setattr(chart, "_legend", lambda states: [])
    measured = copy.deepcopy(rollout_spec(POINTS))
    measured["autosize"] = {"type": "pad"}
    measured["layer"][0]["encoding"]["color"]["legend"] = {"title": "state"}

    def laid_out(font: str) -> str:
        measured["config"]["font"] = font
        svg: str = vl_convert.vegalite_to_svg(measured, vl_version=VEGA_LITE)
        return svg.replace(f'font-family="{font}"', 'font-family="X"')

    assert laid_out("Liberation Sans") != laid_out("DejaVu Sans")


def test_it_is_small_and_alone() -> None:
    """The longest series must stay under 40 kB, with no script and nothing from elsewhere."""
    rng = [tuple((at * 7 + state) % 5 for state in range(len(STATES_DRAWN))) for at in range(41)]
    svg = rollout_svg(tuple(Point(at * 15, counts) for at, counts in enumerate(rng)), "Tasks over time")
    assert len(svg) < 40_000
    assert not re.search(r"<script|href|url\(|\son\w+=", svg)
    assert re.findall(r"https?://[^\"]+", svg) == ["http://www.w3.org/2000/svg"]


def test_one_moment_can_be_drawn() -> None:
    """A rollout that was seen once, at its start, must still give a drawing."""
    assert drawn((POINTS[0],)).tag == f"{SVG}svg"


def test_importing_the_room_draws_nothing() -> None:
    """The drawing library, the widgets and IPython must only be loaded when they are used."""
    code = (
        "import sys, coopnb.show.report, coopnb.show.rollout, coopnb.show.widgets, coopnb.show.live, coopnb.show.plan;"
        "print([name for name in ('vl_convert', 'ipywidgets', 'IPython', 'pandas') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"
