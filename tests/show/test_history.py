"""The history of an app, displayed: a sentence, drawings, tables, DataFrames."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from typing import get_args
from xml.etree import ElementTree

import pytest

from coopnb.model.history import History, NodeLoad, Replicas, Restart, TaskSpan
from coopnb.model.server import ServerIdentity
from coopnb.show import frames
from coopnb.show.bars_chart import Part, Row, bars_spec
from coopnb.show.charted import charted
from coopnb.show.drawing import drawn
from coopnb.show.history import live_blocks, sentence
from coopnb.show.lanes import LANES_AT_MOST, lanes, steps
from coopnb.show.page import html_of
from coopnb.show.state_view import StateView
from coopnb.show.tasks_chart import LETTERS, replicas_spec, tasks_spec
from coopnb.show.words import URGENCY
from tests.nouns import START
from tests.show.test_hostile import HOSTILE, acting, assert_harmless

SVG = "{http://www.w3.org/2000/svg}"
SERVER = ServerIdentity("practice", "unix:///run/practice.sock", "x1k9", practice=True, engine="26.1.5")
APP, DB = "wiki_example_org_app", "wiki_example_org_db"


def span(attempt: int, state: str, start: float, end: float, slot: int = 2, service: str = APP) -> TaskSpan:
    """A state of a task on node3."""
    return TaskSpan(f"{service}.{slot}", service, slot, attempt, "node3", state, start, end)


CRASHES = tuple(Restart(seconds, APP, f"{APP}.2", "node3", "task: non-zero exit (1)") for seconds in (10.0, 30.0, 50.0))
HISTORY = History(
    "wiki_example_org",
    START,
    60.0,
    12,
    replicas=(
        Replicas(0, APP, 2, 2),
        Replicas(0, DB, 1, 1),
        Replicas(10, APP, 2, 1),
        Replicas(55, APP, 2, 2),
        Replicas(60, APP, 2, 2),
        Replicas(60, DB, 1, 1),
    ),
    spans=(
        span(1, "running", 0, 60, slot=1),
        span(1, "running", 0, 10),
        span(1, "failed", 10, 10),
        span(2, "ready", 10, 15),
        span(2, "starting", 15, 22),
        span(2, "", 22, 30),
        span(2, "failed", 30, 30),
        span(3, "pending", 30, 35),
        span(3, "running", 35, 60),
        span(1, "running", 0, 60, slot=1, service=DB),
    ),
    restarts=CRASHES,
    nodes=(NodeLoad("node1", "ready", 1, 0), NodeLoad("node2", "down", 0, 0), NodeLoad("node3", "ready", 2, 1)),
)
EMPTY = History("wiki_example_org", START, 0.0, 1)


def texts(svg: str) -> list[str]:
    """The words of a drawing."""
    return [element.text or "" for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def test_the_sentence_says_all() -> None:
    """One sentence must say what runs, who restarted how often, in what time and where."""
    assert sentence(HISTORY) == ("3 of 3 tasks run; app.2 restarted 3 times in 40 s on node3: task: non-zero exit (1)")
    assert sentence(replace(HISTORY, restarts=CRASHES[:1])).endswith(
        "app.2 restarted once on node3: task: non-zero exit (1)"
    )
    assert "restarted at least 3 times" in sentence(replace(HISTORY, forgotten=frozenset({f"{APP}.2"})))
    assert sentence(EMPTY) == "nothing of it runs here"


def test_a_service_that_misses_tasks_is_named() -> None:
    """Where several services are wanted, the sentence must name the one that is not as wanted."""
    short = replace(HISTORY, restarts=(), replicas=(Replicas(60, APP, 2, 0), Replicas(60, DB, 1, 1)))

    assert sentence(short) == "1 of 3 tasks run (app runs 0 of 2)"


def test_the_output_is_the_same_bytes_every_time() -> None:
    """The same history must give the same text, HTML and drawings, with no clock time and no id in them."""
    first, second = charted(HISTORY, "wiki.example.org", SERVER), charted(HISTORY, "wiki.example.org", SERVER)

    assert (first.text, first.html) == (second.text, second.html)
    assert "2026" not in first.text and first.html.count("<svg") == 4
    assert not re.search(r"<script|\son\w+=|url\(", first.html)


def test_the_numbers_stay_where_drawings_cannot_be_shown() -> None:
    """The text must hold every number of the drawings: changes of replicas, spans, restarts, nodes."""
    text = charted(HISTORY, "wiki.example.org", SERVER).text

    assert re.search(r"10\.0 +app +2 +1\n", text)
    assert re.search(r"app\.2 +2 +node3 +not seen +22\.0 +30\.0\n", text)
    assert re.search(r"30\.0 +app\.2 +node3 +task: non-zero exit \(1\)\n", text)
    assert re.search(r"node2 +✗ down +0 +0\n", text)


def test_a_strip_has_a_letter_for_each_state() -> None:
    """Every state that is drawn must have its letter in the strip, and letter and word in the legend."""
    words = texts(drawn(tasks_spec(lanes(HISTORY), 60), "Tasks", "x"))

    for word in ("running", "starting", "waiting", "failed", "not seen"):
        assert word in words and words.count(LETTERS[word]) >= 2, word
    assert "stopped" not in words
    assert {"app.1", "app.2", "db.1", "node3"} <= set(words)


def test_every_word_has_a_letter_of_its_own() -> None:
    """Two words must not share a letter, and no word may be without one."""
    assert set(LETTERS) == {*URGENCY, "not seen"}
    assert len(set(LETTERS.values())) == len(LETTERS)


def test_a_failure_that_took_no_time_is_seen() -> None:
    """A failed attempt that was replaced at once must still be as wide as its letter, and covered by nothing."""
    boxes = tasks_spec(lanes(HISTORY), 60)["layer"][0]["data"]["values"]
    row = sorted((box for box in boxes if box["top"] == 1.12), key=lambda box: box["start"])

    assert [box["letter"] for box in row] == ["R", "F", "S", "N", "F", "W", "R"]
    assert all(box["wide"] for box in row if box["word"] == "failed")
    assert all(one["end"] <= other["start"] for one, other in pairwise(row))


def test_attempts_that_overlap_stand_below_each_other() -> None:
    """The old and the new task of a start-first update must both be seen."""
    both = replace(HISTORY, spans=(span(1, "running", 0, 30), span(1, "shutdown", 30, 30), span(2, "running", 12, 60)))

    assert [(lane.name, len(lane.bars)) for lane in lanes(both)] == [("app.2", 1), ("app.2 +", 1)]


def test_what_needs_a_person_is_drawn_first() -> None:
    """Of more tasks than can be drawn, those that failed must be among the drawn."""
    many = tuple(span(1, "running", 0, 60, slot=slot) for slot in range(1, 60))
    shown = lanes(replace(HISTORY, spans=(*many, span(1, "failed", 50, 60, slot=90))))

    assert len(shown) == LANES_AT_MOST and "app.90" in [lane.name for lane in shown]


def test_wanted_is_dashed() -> None:
    """Wanted replicas must differ from running ones without any colour."""
    root = ElementTree.fromstring(drawn(replicas_spec(steps(HISTORY), 60), "Replicas", "x"))
    dashed = [path for path in root.iter(f"{SVG}path") if path.get("stroke-dasharray")]

    assert len(dashed) == 2
    assert {"wanted", "running", "2 of 2 run", "1 of 1 run"} <= set(texts(ElementTree.tostring(root, "unicode")))


@pytest.mark.parametrize(
    ("end", "unit", "label"), [(60, "seconds", "10"), (3600, "minutes", "10"), (86000, "hours", "5")]
)
def test_long_times_have_larger_units(end: float, unit: str, label: str) -> None:
    """An hour must be told in minutes, a day in hours."""
    words = texts(drawn(tasks_spec(lanes(HISTORY), end), "Tasks", "x"))

    assert unit in words and label in words


def test_each_drawing_is_described() -> None:
    """Every drawing must be one image with a name, and with a description that says its numbers."""
    html = charted(HISTORY, "wiki.example.org", SERVER).html
    described = [ElementTree.fromstring(svg) for svg in re.findall(r"<svg.*?</svg>", html, re.DOTALL)]

    assert [root.get("role") for root in described] == ["img"] * 4
    assert [root.findtext(f"{SVG}desc") for root in described] == [
        "Tasks over time, by state, for 60 s; 3 strips: running 4 times, starting 1 time, waiting 1 time, "
        "failed 2 times, not seen 1 time.",
        "Replicas over time, wanted and running: at the end app 2 of 2 run, db 1 of 1 run.",
        "Restarts, by service: app 3 restarts.",
        "Tasks meant to run, by node: node1: 1 running; node2 (down): none; node3: 2 running, 1 not.",
    ]


def test_names_from_outside_are_harmless() -> None:
    """Markup and marks in names of stacks, tasks and nodes, and in errors, must be shown as they are written."""
    hostile = History(
        HOSTILE,
        START,
        10.0,
        2,
        replicas=(Replicas(0, HOSTILE, 2, 1),),
        spans=(TaskSpan(HOSTILE, HOSTILE, 1, 1, HOSTILE, "running", 0, 10),),
        restarts=(Restart(1, HOSTILE, HOSTILE, HOSTILE, HOSTILE),),
        nodes=(NodeLoad(HOSTILE, HOSTILE, 1, 0),),
    )
    output = charted(hostile, HOSTILE, SERVER)

    assert_harmless(output.html)
    assert acting(output.html) == acting(output.text) == set()
    assert_harmless(html_of(live_blocks(hostile, HOSTILE, SERVER)))


@pytest.mark.parametrize("which", get_args(frames.Which))
@pytest.mark.parametrize("history", [HISTORY, EMPTY], ids=["full", "empty"])
def test_frames_have_the_documented_columns(which: frames.Which, history: History) -> None:
    """Columns, their order and dtypes must be the documented ones, whether or not there are rows."""
    made = frames.frame(history, which)

    assert {name: str(kind) for name, kind in made.dtypes.items()} == dict(frames.COLUMNS[which])
    assert list(made.columns) == list(frames.COLUMNS[which])
    assert len(made) == {"replicas": 6, "tasks": 10, "restarts": 3, "nodes": 3}[which] * (history is HISTORY)


def test_frames_hold_the_numbers() -> None:
    """A frame must be of use as it is: lowest count of running tasks, seconds in a state, restarts a service."""
    chart = charted(HISTORY, "wiki.example.org", SERVER)
    tasks, restarts = chart.frame("tasks"), chart.frame("restarts")

    assert chart.frame().query("service == @APP")["running"].min() == 1
    assert (tasks["end"] - tasks["start"]).groupby(tasks["state"]).sum()["not seen"] == 8
    assert restarts.groupby("service").size().to_dict() == {APP: 3}
    assert chart.frame("nodes")["running"].sum() == 3


def test_bars_that_are_empty_can_be_drawn() -> None:
    """A node without tasks must have a row of its own, and be no error."""
    assert "none" in texts(drawn(bars_spec([Row("node1", (Part(0, "#000", "R"),), "none")]), "Nodes", "x"))


def test_a_live_view_draws_once_a_second_and_stops_when_told() -> None:
    """A change within the same second must wait for the next one; the button must be seen at once."""
    now = [0.0]
    view = StateView(30, clock=lambda: now[0])
    drawings = iter(["one", "two", "three"])
    view.update(EMPTY, lambda: next(drawings))
    view.update(HISTORY, lambda: next(drawings))
    before = view.stopped
    assert view.chart.value == "one"
    now[0] = 1.0
    view.update(HISTORY, lambda: next(drawings))
    now[0] = 2.0
    view.update(HISTORY, lambda: next(drawings))
    assert view.chart.value == "two" and view.line.value == "60 s of 30 s"

    view.stop.click()

    assert (before, view.stopped) == (False, True)
    view.close()


def test_importing_charts_loads_no_library() -> None:
    """pandas and the drawing library must be loaded by whoever uses them, not by the import."""
    code = (
        "import sys, coopnb.show.charted, coopnb.show.frames, coopnb.show.state_view, coopnb.server.facade;"
        "print([name for name in ('vl_convert', 'ipywidgets', 'pandas') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)

    assert done.stdout.strip() == "[]"
