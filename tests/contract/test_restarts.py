"""Whether, when and how often a task that ended is started again."""

from __future__ import annotations

from tests.contract.garden import Garden, Life

HISTORY = 5


def told(garden: Garden, story: str) -> list[Life]:
    """The tasks of a story that is over."""
    assert story not in garden.unfinished, garden.unfinished[story]
    return garden.told(story)


def test_any_restarts_what_completed(garden: Garden) -> None:
    """With ``any`` a task that ended well must be followed by another in its slot."""
    lives = told(garden, "restart_any")

    assert {life.slot for life in lives} == {1}
    assert sum(life.state == "complete" for life in lives) >= 6
    assert {life.desired[-1] for life in lives[:5]} <= {"shutdown", "remove"}


def test_a_slot_keeps_five_tasks(garden: Garden) -> None:
    """Of a slot with more tasks than the history's limit the oldest must be forgotten."""
    assert told(garden, "restart_any")
    assert HISTORY <= garden.kept["most tasks"] <= HISTORY + 1


def test_on_failure_leaves_what_completed(garden: Garden) -> None:
    """With ``on-failure`` a task that ended well must stay alone."""
    (life,) = told(garden, "restart_failures")

    assert (life.state, life.exit_code) == ("complete", 0)


def test_on_failure_restarts_what_failed(garden: Garden) -> None:
    """With ``on-failure`` a task that failed must be followed by another in its slot."""
    lives = told(garden, "restart_crashes")

    assert [life.state for life in lives[:2]] == ["failed", "failed"]
    assert {life.slot for life in lives} == {1}


def test_attempts_are_restarts(garden: Garden) -> None:
    """Two attempts must give three tasks, of which the last one stays failed."""
    lives = told(garden, "restart_attempts")

    assert [life.state for life in lives] == ["failed"] * 3
    assert [life.error for life in lives] == ["task: non-zero exit (3)"] * 3
    assert [life.desired[-1] for life in lives] == ["shutdown"] * 3


def test_a_restart_waits_for_its_delay_prepared(garden: Garden) -> None:
    """The next task must be wanted ready first, and start the policy's delay after the failure."""
    first, second = told(garden, "restart_delay")

    assert second.desired[0] == "ready"
    assert "ready" in second.states
    assert 1.9 < second.times["starting"] - first.times["failed"] < 8


def test_a_killed_container_is_a_failed_task(garden: Garden) -> None:
    """A kill from outside must fail the task with 137, and another must follow."""
    first, second = told(garden, "restart_killed")

    assert garden.kept["kill"].status == 204
    assert (first.state, first.exit_code, first.error) == ("failed", 137, "task: non-zero exit (137)")
    assert second.state == "running"
