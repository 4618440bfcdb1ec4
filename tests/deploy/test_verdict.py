"""When a service counts as what the plan made of it, and when it does not."""

from __future__ import annotations

import pytest

from coopnb.deploy.verdict import Expected, judge
from coopnb.model.snapshot import ServiceSeen, TaskSeen
from tests.nouns import START, at, running, spec, task, update_status

CREATED = Expected("wiki_app", written=True, restarts=False)
UPDATED = Expected("wiki_app", written=True, restarts=True)
KEPT = Expected("wiki_app", written=False, restarts=False)


def state(expected: Expected, service: ServiceSeen | None, *tasks: TaskSeen, now: float) -> str:
    """The verdict after so many seconds."""
    return judge(expected, service, tasks, START, at(now)).state


def test_a_running_task_is_watched_before_it_counts() -> None:
    """A task must stay up for the monitor period."""
    up = task(at=at(3))

    assert state(CREATED, running(), up, now=7) == "watching"
    assert state(CREATED, running(), up, now=8) == "there"


def test_the_monitor_period_is_the_services_own() -> None:
    """``UpdateConfig.Monitor`` must be honoured."""
    patient = running(spec(UpdateConfig={"Parallelism": 1, "Monitor": 30_000_000_000}))

    assert state(CREATED, patient, task(at=at(3)), now=20) == "watching"


def test_an_update_without_a_status_has_not_begun() -> None:
    """The old task's n/n must not be taken for the new one's."""
    assert state(UPDATED, running(), task(at=at(-60)), now=2) == "waiting"


def test_an_update_that_is_under_way_waits() -> None:
    """n/n while swarm still updates must not count."""
    service = running(update=update_status("updating"))

    assert state(UPDATED, service, task(at=at(1)), now=60) == "waiting"


def test_a_completed_update_counts() -> None:
    """Completed, running and watched must count."""
    service = running(update=update_status("completed"))

    assert state(UPDATED, service, task(at=at(1)), now=60) == "there"


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("paused", "failed"),
        ("rollback_started", "waiting"),
        ("rollback_completed", "rolled back"),
        ("rollback_paused", "failed"),
    ],
)
def test_a_rollback_is_never_success(status: str, expected: str) -> None:
    """n/n after a rollback must not count as converged."""
    assert state(UPDATED, running(update=update_status(status)), task(at=at(1)), now=60) == expected


def test_an_old_task_that_still_runs_is_waited_for() -> None:
    """Start-first leaves the old task running for a while; that must be waited for."""
    old = task(desired="shutdown", id="old", at=at(-60))

    assert state(UPDATED, running(update=update_status("completed")), task(at=at(1)), old, now=60) == "waiting"


def test_too_few_slots_wait() -> None:
    """Two tasks in one slot must not count as two replicas."""
    service = running(spec(Mode={"Replicated": {"Replicas": 2}}), desired=2)

    assert state(CREATED, service, task(), task(id="b"), now=60) == "waiting"
    assert state(CREATED, service, task(), task(id="b", slot=2), now=60) == "there"


def test_a_service_scaled_to_nothing_is_there_at_once() -> None:
    """Zero replicas are wanted and there."""
    service = running(spec(Mode={"Replicated": {"Replicas": 0}}), desired=0)

    assert state(CREATED, service, now=6) == "there"


def test_a_kept_service_must_only_be_up() -> None:
    """What the plan does not write is not watched, and an old rollback of it is no failure."""
    assert state(KEPT, running(update=update_status("rollback_completed")), task(), now=1) == "there"
    assert state(KEPT, running(), task("failed", "shutdown"), now=1) == "waiting"


def test_a_service_that_vanished_has_failed() -> None:
    """A service that somebody removed must not be waited for."""
    assert state(CREATED, None, now=1) == "failed"


def test_three_rejections_are_enough() -> None:
    """A task that is rejected before it starts, three times, must end the wait."""
    rejected = [task("rejected", "shutdown", id=f"t{n}", created_at=at(n)) for n in range(3)]

    assert state(CREATED, running(), *rejected[:2], now=20) == "waiting"
    assert state(CREATED, running(), *rejected, now=20) == "failed"


def test_a_crashing_task_is_waited_for() -> None:
    """An app that crashes until its database is up does converge, so crashes alone must not end the wait."""
    crashed = [task("failed", "shutdown", id=f"t{n}", created_at=at(n)) for n in range(9)]

    assert state(CREATED, running(), *crashed, task("starting"), now=60) == "waiting"


def test_failures_of_long_ago_do_not_count() -> None:
    """Old history must not fail a new run."""
    old = [task("rejected", "shutdown", id=f"t{n}", created_at=at(-1000)) for n in range(5)]

    assert state(CREATED, running(), *old, task(at=at(1)), now=60) == "there"


def test_a_task_of_a_lost_node_is_no_success() -> None:
    """What swarm still counts as running and nobody hears of must be waited for, and be told."""
    lost = task(lost_at=at(30))
    verdict = judge(Expected("wiki_app", written=False, restarts=False), running(), (lost,), START, at(60))
    assert (verdict.state, verdict.text) == (
        "waiting",
        "0 of 1 tasks run; of 1 more nobody knows, since their node does not answer",
    )
