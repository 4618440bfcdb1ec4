"""A run, charted from its ledger."""

from __future__ import annotations

from pathlib import Path

import pytest

import coopnb as co
from coopnb import commons
from coopnb.errors import InputError
from coopnb.model.plan import Approval
from coopnb.record.ledger import utc_now
from coopnb.workspace import Workspace

DOMAIN = "hello.example.org"


def test_a_run_is_charted_after_its_swarm_is_gone() -> None:
    """What a deploy recorded must be charted from its ledger alone, by its number and by its folder."""
    with co.practice_swarm() as server:
        place = server.workspace
        commons.new_app(
            place, "default", DOMAIN, commons.read_version(place, "hello", "1.1.0+1.28.0", place.make(place.own / "v"))
        )
        plan = server.plan(co.load_app(DOMAIN, workspace=place))
        server.apply(plan, Approval(plan.digest, "ana", "a test", utc_now())).wait()
        server.close()
        (ledger,) = place.runs.glob("*/ledger.jsonl")
        chart = co.chart_run(1, workspace=place)
        again = co.chart_run(ledger.parent)

    assert chart.text == again.text
    assert chart.sentence == "1 of 1 task runs"
    assert chart.frame("tasks")["state"].tolist()[-1] == "running"
    assert chart.frame()["running"].tolist()[0] == 0
    assert {"preparing", "running"} <= set(chart.frame("tasks")["engine_state"])


def test_a_run_that_is_not_there_is_said(tmp_path: Path) -> None:
    """An unknown number and a folder without events must be refused in words."""
    with pytest.raises(InputError, match="there is no run 12"):
        co.chart_run(12, workspace=Workspace(tmp_path))
    with pytest.raises(InputError, match="nothing to chart"):
        co.chart_run(tmp_path)
