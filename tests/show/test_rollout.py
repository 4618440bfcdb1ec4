"""A rollout while it happens, how it ended, and the series behind its chart."""

from __future__ import annotations

from dataclasses import replace

import pytest

from coopnb.model.run import Sample
from coopnb.show.report import outcome_sentence, report_output
from coopnb.show.rollout import rollout_chart_html, rollout_output, rollout_text
from coopnb.show.series import POINTS_AT_MOST, rollout_series, states_in
from coopnb.show.snapshot import snapshot_output
from tests.show.facts import (
    BROKEN,
    CONVERGED,
    CRASHED,
    DB,
    FAILED,
    LOOKED_AT,
    NEW_1,
    OLD_1,
    OLD_2,
    PLAN,
    SAMPLES,
    SNAPSHOT,
    task,
)


@pytest.mark.parametrize(("at", "arrived"), [(0, "0 of 2 tasks new"), (3, "1 of 2 tasks new"), (5, "2 of 2 tasks new")])
def test_only_new_running_tasks_have_arrived(at: int, arrived: str) -> None:
    """The head must count the tasks made after the plan that run, and no old one."""
    assert arrived in rollout_text(PLAN, SAMPLES[at], SAMPLES[at].seconds).splitlines()[0]


def test_what_needs_a_person_stands_first() -> None:
    """A failed task must stand above those that run."""
    rows = rollout_text(PLAN, Sample(9, (DB, OLD_1, CRASHED)), 9).splitlines()[2:]
    assert rows[0].split()[:2] == ["✗", "app.2"] and "non-zero exit" in rows[0]


def test_a_failing_service_stands_first_with_its_reason() -> None:
    """In a snapshot the service that needs a person must stand above the one that does not."""
    lines = snapshot_output(BROKEN).text.splitlines()
    assert lines[2].split()[:3] == ["✗", "failed", "app"] and "non-zero exit (1)" in lines[2]


def test_a_stack_may_lack_its_prefix() -> None:
    """A service whose name lacks the stack's must be shown by its whole name."""
    odd = task("app", 1, "node1", "running", "nginx:1", name="stranger")
    assert "stranger.1" in rollout_output(PLAN, Sample(1, (odd,)), 1).text


def test_converged_counts_what_was_seen() -> None:
    """The sentence must count tasks by the image they run, whatever the service asks for."""
    assert outcome_sentence(CONVERGED).startswith(
        "Converged in 31 s: 2 of 2 tasks run mediawiki:1.39.17 and were watched for 5 s each."
    )
    stale = replace(CONVERGED, after=replace(SNAPSHOT, tasks=(OLD_1, NEW_1, DB)))
    assert "1 of 2 tasks run mediawiki:1.39.17" in outcome_sentence(stale)


def test_what_was_not_measured_is_not_claimed() -> None:
    """Without a last look nothing may be said about what runs or serves."""
    assert "not looked at" in outcome_sentence(replace(CONVERGED, after=None))
    assert "not looked at" in outcome_sentence(replace(FAILED, outcome="rolled back", after=None))
    assert "Requests failed meanwhile: not measured." in outcome_sentence(CONVERGED)


def test_a_rollback_names_what_serves() -> None:
    """After a rollback the sentence must name the image that was seen to run."""
    back = replace(FAILED, outcome="rolled back", after=replace(SNAPSHOT, tasks=(OLD_1, OLD_2, DB)))
    assert "2 of 2 tasks of wiki_example_org_app run (mediawiki:1.39.8)" in outcome_sentence(back)


def test_a_failure_carries_its_evidence() -> None:
    """What, where, the log's tail and what next must all be there."""
    text = report_output(FAILED).text
    for part in ("what ", "where ", "next ", "3 tasks failed", "| connecting to db", "database refused the password"):
        assert part in text


def test_series_has_a_point_a_change_and_one_at_the_end() -> None:
    """Equal neighbours must be one point, and the end must be there even without a change."""
    points = rollout_series(SAMPLES, LOOKED_AT)
    assert [point.seconds for point in points] == [0, 1, 12, 26, 31]
    assert [(point.of("running, new"), point.of("running, as before"), point.of("starting")) for point in points] == [
        (0, 3, 0),
        (0, 3, 1),
        (1, 2, 1),
        (2, 1, 0),
        (2, 1, 0),
    ]
    assert states_in(points) == ("running, new", "running, as before", "starting")


def test_series_of_a_plan_nobody_knows_has_one_kind_of_running() -> None:
    """Without the plan's time no task may be called new."""
    assert states_in(rollout_series(SAMPLES)) == ("running", "starting")


def test_tasks_told_to_stop_are_gone() -> None:
    """A task that was shut down on request must not be drawn; one that ended by itself must."""
    gone = task("app", 1, "node1", "shutdown", "x", desired="shutdown")
    ended = task("app", 1, "node1", "complete", "x")
    (point,) = rollout_series([Sample(0, (gone, ended))])
    assert (sum(point.counts), point.of("stopped")) == (1, 1)


def test_long_series_are_thinned_and_keep_failures() -> None:
    """Ten minutes of flapping must stay readable, and a failure of one second must not be thinned away."""
    flapping = [Sample(at, (NEW_1,) if at % 2 else (NEW_1, DB)) for at in range(600)]
    flapping[301] = Sample(301, (CRASHED,))
    points = rollout_series(flapping, LOOKED_AT)
    assert len(points) <= POINTS_AT_MOST + 1
    assert any(point.of("failed") for point in points)
    assert points[-1].seconds == 599


def test_no_sample_is_no_chart() -> None:
    """Without a sample there must be neither a drawing nor a table of nothing."""
    assert rollout_series(()) == ()
    assert rollout_chart_html(PLAN, ()) == ""
    assert "<figure" not in report_output(replace(CONVERGED, samples=())).html
