"""An app charted and watched on a practice swarm."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator

import pytest

import coopnb as co
from coopnb import commons
from coopnb.errors import InputError
from coopnb.model.plan import Approval
from coopnb.record.ledger import utc_now
from coopnb.server import Server
from coopnb.show.state_view import StateView

DOMAIN = "hello.example.org"
SERVICE = "hello_example_org_app"


@pytest.fixture
def hello() -> Iterator[Server]:
    """A swarm on which the sample app was written a moment ago."""
    with co.practice_swarm() as server:
        deploy(server)
        yield server


def deploy(server: Server) -> None:
    """Write the sample app."""
    place = server.workspace
    commons.new_app(
        place, "default", DOMAIN, commons.read_version(place, "hello", "1.1.0+1.28.0", place.make(place.own / "v"))
    )
    plan = server.plan(co.load_app(DOMAIN, workspace=place))
    server.apply(plan, Approval(plan.digest, "ana", "a test", utc_now()))


def test_a_watch_ends_by_the_engines_clock(hello: Server, capsys: pytest.CaptureFixture[str]) -> None:
    """A watch must take its seconds from the engine, end by itself, and give a static output."""
    began = time.monotonic()
    chart = hello.watch(DOMAIN, seconds=40)

    assert time.monotonic() - began < 20
    assert chart.history is not None and 40 <= chart.history.seconds < 43
    assert chart.sentence == "1 of 1 task runs"
    assert next(item.running for item in chart.history.replicas) == 0
    words = {span.state for span in chart.history.spans}
    assert {"preparing", "running"} <= words
    assert capsys.readouterr().out == ""


def test_the_same_watch_gives_the_same_bytes() -> None:
    """On a swarm that paces itself, text and HTML of a watch must be equal on every run."""
    seen = []
    for _ in range(2):
        with co.practice_swarm() as server:
            deploy(server)
            chart = server.watch(DOMAIN, seconds=20)
            seen.append((chart.text, chart.html))

    assert seen[0] == seen[1]


def test_one_look_tells_of_restarts(hello: Server) -> None:
    """A chart made afterwards must know from the swarm's memory what restarted, in three calls."""
    hello.watch(DOMAIN, seconds=20)
    hello.practice.fault("crash-loop", SERVICE, after=3)
    hello.practice.advance(60)
    before = hello._engine.requests
    chart = hello.chart(DOMAIN)

    assert hello._engine.requests - before == 3
    assert chart.history is not None and len(chart.history.restarts) >= 4
    assert "restarted at least 4 times" in chart.sentence and "non-zero exit" in chart.sentence


def test_the_button_ends_a_watch(hello: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """A press while the watch runs must end it with the chart so far, and with no error."""
    made: list[StateView] = []

    class Remembered(StateView):
        def update(self, *given: object) -> None:
            super().update(*given)  # type: ignore[arg-type]
            made.append(self)
            if len(made) == 3:
                threading.Thread(target=self.stop.click).start()

    monkeypatch.setattr("coopnb.server.charting.StateView", Remembered)
    chart = hello.watch(DOMAIN, seconds=3000)

    assert chart.history is not None and chart.history.seconds < 3000
    assert chart.text.endswith("The watch was stopped; the swarm goes on.")


def test_an_interrupt_ends_a_watch(hello: Server) -> None:
    """An interrupt must end it in the same way."""
    timer = threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    chart = hello.watch(DOMAIN, seconds=80000)
    timer.join()

    assert chart.text.endswith("The watch was stopped; the swarm goes on.")


def test_nothing_there_is_said(hello: Server) -> None:
    """A chart of an app that is not there must say so."""
    assert hello.chart("nobody.example.org").text.startswith(
        "nobody.example.org on practice (a practice swarm, 3 nodes): nothing of it runs here"
    )


@pytest.mark.parametrize("seconds", [0, -1, 90_000, float("nan")])
def test_times_that_mean_nothing_are_refused(hello: Server, seconds: float) -> None:
    """No time, less, more than a day and no number must be refused before anything is asked."""
    with pytest.raises(InputError, match="cannot be charted"):
        hello.watch(DOMAIN, seconds=seconds)
