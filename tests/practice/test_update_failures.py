"""What an update makes of failures, rule by rule after swarmkit's orchestrator/update/updater.go."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from coopnb.practice.clock import SECOND
from coopnb.practice.objects import Service
from tests.practice.driver import Driver, world_of

LONG = {"Monitor": 20 * SECOND, "Delay": 10 * SECOND}
SOON = {"RestartPolicy": {"Delay": SECOND}}
IMAGES: list[dict[str, Any]] = [
    {"match": "crash:*", "behaviour": "crash", "crash_after": 0.1, "exit_code": 1},
    {"match": "late:*", "behaviour": "crash", "crash_after": 4, "exit_code": 1},
    {"match": "gone:*", "behaviour": "missing"},
    {"match": "done:*", "behaviour": "crash", "crash_after": 0.1, "exit_code": 0},
]


@pytest.fixture
def driver(tmp_path: Path) -> Driver:
    """A one-node swarm with images that fail in several ways."""
    return Driver(world_of(tmp_path, images=IMAGES))


def image(reference: str) -> Callable[[Any], None]:
    """A change of the image."""
    return lambda spec: spec["TaskTemplate"]["ContainerSpec"].update(Image=reference)


def states(driver: Driver) -> list[str]:
    """The states that update statuses went through."""
    return [state for state, _ in driver.statuses]


def test_a_rollback_pauses_in_the_words_of_an_update(driver: Driver) -> None:
    """With failure action pause a failing rollback must be rollback_paused, with the message of a paused update."""
    driver.create("web", "crash:1", UpdateConfig={"FailureAction": "rollback"}, template=SOON)
    driver.advance(3)
    driver.update("web", image("crash:2"))
    driver.advance(30)
    assert states(driver) == ["updating", "rollback_started", "rollback_paused"]
    assert driver.statuses[-1][1].startswith("update paused due to failure or early termination of task ")


def test_a_rollback_is_never_rolled_back(driver: Driver) -> None:
    """With failure action rollback a failing rollback must pause, and be over as completed update a moment later.

    Seen on dockerd 20.10: the pause is not remembered as the end, so that the update completes after it.
    """
    driver.create(
        "web",
        "crash:1",
        UpdateConfig={"FailureAction": "rollback"},
        RollbackConfig={"FailureAction": "rollback"},
        template=SOON,
    )
    driver.advance(3)
    driver.update("web", image("crash:2"))
    driver.advance(30)
    assert states(driver) == ["updating", "rollback_started", "rollback_paused", "completed"]
    assert driver.statuses[-2][1].startswith("rollback paused due to failure or early termination of task ")
    assert driver.statuses[-1][1] == "update completed"
    assert "PreviousSpec" not in driver.get("/services/web")


def test_without_a_previous_spec_nothing_is_rolled_back(driver: Driver) -> None:
    """A failure with action rollback must leave the update under way for good when the previous spec is gone."""
    service_id = driver.create("web", UpdateConfig={"FailureAction": "rollback"}, template=SOON)
    driver.advance(3)
    driver.update("web", image("crash:1"))
    service = driver.swarm.store.get(Service, service_id)
    assert service is not None
    driver.swarm.store.update(service, previous_spec=None)
    driver.swarm.settle()
    driver.advance(60)
    assert states(driver) == ["updating"]


def test_a_failure_after_the_monitor_is_none(driver: Driver) -> None:
    """A task that ran longer than the monitor must not count; one that failed within it must."""
    driver.create("short", UpdateConfig={"Monitor": 3 * SECOND}, template=SOON)
    driver.advance(3)
    driver.update("short", image("late:1"))
    driver.advance(20)
    assert states(driver) == ["updating", "completed"]
    driver.statuses.clear()
    driver.create("long", UpdateConfig={"Monitor": 6 * SECOND}, template=SOON)
    driver.advance(3)
    driver.update("long", image("late:1"))
    driver.advance(20)
    assert [state for state in states(driver) if state != "completed"] == ["updating", "paused"]


def test_a_delay_makes_the_last_look_longer_than_itself(driver: Driver) -> None:
    """With a delay of at least the monitor the update must be watched for the delay and a second more."""
    driver.create("web", UpdateConfig={"Monitor": SECOND, "Delay": 8 * SECOND}, template=SOON)
    driver.advance(3)
    driver.update("web", image("busybox:2"))
    driver.advance(17)
    assert states(driver) == ["updating"]
    driver.advance(4)
    assert states(driver) == ["updating", "completed"]


def test_failures_wait_until_the_last_worker_is_done(driver: Driver) -> None:
    """Once every slot has its worker a failure must act only when all workers, their delays included, are done."""
    driver.create("web", UpdateConfig=LONG, template=SOON)
    driver.advance(3)
    driver.update("web", image("crash:1"))
    driver.advance(8)
    assert states(driver) == ["updating"]
    driver.advance(6)
    assert states(driver) == ["updating", "paused"]


def test_a_slot_that_waits_for_a_worker_lets_failures_act_at_once(driver: Driver) -> None:
    """While slots wait a failure must act without regard to the delay of the busy worker; the rest stays as it was."""
    driver.create("web", replicas=3, UpdateConfig={**LONG, "Parallelism": 1}, template=SOON)
    driver.advance(3)
    driver.update("web", image("crash:1"))
    driver.advance(5)
    assert states(driver) == ["updating", "paused"]
    driver.advance(30)
    assert [len(driver.slot(number)) == 1 for number in (1, 2, 3)].count(True) == 2


@pytest.mark.parametrize(("ratio", "state"), [(0.3, "paused"), (0.3333333, "paused"), (0.34, "completed")])
def test_the_ratio_is_of_the_dirty_slots(driver: Driver, ratio: float, state: str) -> None:
    """One failure of three dirty slots must act when a third is more than the ratio, in single precision."""
    policy = {"RestartPolicy": {"Condition": "none"}}
    driver.create("web", replicas=3, UpdateConfig={"Parallelism": 1, "MaxFailureRatio": ratio}, template=policy)
    driver.advance(3)
    driver.update("web", image("busybox:2"))
    driver.advance(2.5)
    first = next(task for task in driver.tasks("web") if task["Spec"]["ContainerSpec"]["Image"] == "busybox:2")
    driver.swarm.faults.apply("kill", first["ID"])
    driver.advance(40)
    assert states(driver)[-1] == state


def test_a_task_that_completes_is_an_early_termination(driver: Driver) -> None:
    """A new task that ends with 0 within the monitor must count like one that fails."""
    driver.create("web", UpdateConfig={"FailureAction": "rollback"}, template=SOON)
    driver.advance(3)
    driver.update("web", image("done:1"))
    driver.advance(30)
    assert states(driver) == ["updating", "rollback_started", "rollback_completed"]


def test_old_tasks_may_fail_as_they_like(driver: Driver) -> None:
    """A failure of a task that the update did not make must not count."""
    driver.create("web", replicas=2, UpdateConfig={"Parallelism": 1, "Delay": 8 * SECOND}, template=SOON)
    driver.advance(3)
    driver.update("web", image("busybox:2"))
    driver.advance(5)
    old = next(
        task
        for task in driver.tasks("web")
        if task["Spec"]["ContainerSpec"]["Image"] == "busybox:1" and task["Status"]["State"] == "running"
    )
    driver.swarm.faults.apply("kill", old["ID"])
    driver.advance(60)
    assert states(driver) == ["updating", "completed"]


def test_a_paused_update_goes_on_with_the_next_write(driver: Driver) -> None:
    """A paused update must stay paused, whatever its tasks do, until the service is written; then it starts anew."""
    driver.create("web", replicas=2, UpdateConfig={"Parallelism": 1}, template=SOON)
    driver.advance(3)
    driver.update("web", image("gone:1"))
    driver.advance(20)
    assert states(driver) == ["updating", "paused"]
    driver.update("web")
    driver.advance(20)
    assert states(driver) == ["updating", "paused", "updating", "paused"]
    driver.update("web", image("busybox:2"))
    driver.advance(30)
    assert states(driver)[-2:] == ["updating", "completed"]
    assert driver.states("web") == ["running", "running"]


def test_continue_counts_nothing(driver: Driver) -> None:
    """With failure action continue no failure must act, not even when all fail at once."""
    driver.create("web", replicas=3, UpdateConfig={"FailureAction": "continue", "Parallelism": 0}, template=SOON)
    driver.advance(3)
    driver.update("web", image("gone:1"))
    driver.advance(20)
    assert states(driver) == ["updating", "completed"]
