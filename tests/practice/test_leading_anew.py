"""What a manager that returns makes of what it finds, after swarmkit's orchestrator/taskinit and scheduler."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from coopnb.practice.clock import SECOND
from tests.practice.driver import Driver, world_of

NODES = [{"hostname": "m", "role": "manager", "availability": "drain"}, {"hostname": "w", "memory": "8GiB"}]
IMAGES: list[dict[str, Any]] = [
    {"match": "crash:*", "behaviour": "crash", "crash_after": 0.1, "exit_code": 1},
    {"match": "late:*", "behaviour": "crash", "crash_after": 20, "exit_code": 1},
]


@pytest.fixture
def driver(tmp_path: Path) -> Driver:
    """A manager that runs nothing itself, and a worker."""
    return Driver(world_of(tmp_path, nodes=NODES, images=IMAGES))


def away(driver: Driver, seconds: float) -> None:
    """Let the manager be lost for some time, and wait until it is in touch with its nodes again."""
    driver.swarm.faults.apply("manager-down")
    driver.advance(seconds)
    driver.swarm.faults.apply("manager-up")
    driver.advance(20)


def test_an_update_is_not_watched_for_its_whole_monitor_again(driver: Driver) -> None:
    """An update whose slots were all replaced must be complete as soon as the manager leads again."""
    driver.create("web", UpdateConfig={"Monitor": 600 * SECOND})
    driver.advance(3)
    driver.update("web", lambda spec: spec["TaskTemplate"].update(ForceUpdate=1))
    driver.advance(10)
    assert [state for state, _ in driver.statuses] == ["updating"]
    away(driver, 10)
    assert [state for state, _ in driver.statuses] == ["updating", "completed"]


def test_an_update_goes_on_with_the_slots_that_are_left(driver: Driver) -> None:
    """An update in its midst must be taken up again, and bring the other slots up to date."""
    driver.create("web", replicas=3, UpdateConfig={"Parallelism": 1, "Delay": 30 * SECOND})
    driver.advance(3)
    driver.update("web", lambda spec: spec["TaskTemplate"].update(ForceUpdate=1))
    driver.advance(5)
    away(driver, 5)
    driver.advance(150)
    wanted = [task for task in driver.tasks("web") if task["DesiredState"] == "running"]
    assert [task["Spec"].get("ForceUpdate") for task in wanted] == [1, 1, 1]
    assert [state for state, _ in driver.statuses] == ["updating", "completed"]


def test_a_paused_update_stays_paused(driver: Driver) -> None:
    """A returned manager must not take up what was paused."""
    driver.create("web", replicas=2, UpdateConfig={"Parallelism": 1}, template={"RestartPolicy": {"Delay": SECOND}})
    driver.advance(3)
    driver.update("web", lambda spec: spec["TaskTemplate"]["ContainerSpec"].update(Image="crash:1"))
    driver.advance(10)
    assert [state for state, _ in driver.statuses] == ["updating", "paused"]
    away(driver, 5)
    assert [state for state, _ in driver.statuses] == ["updating", "paused"]


def test_a_delay_goes_on_where_it_was(driver: Driver) -> None:
    """A prepared task must start when the rest of its delay is over."""
    driver.create("web", "crash:1", template={"RestartPolicy": {"Delay": 100 * SECOND}})
    driver.advance(5)
    away(driver, 30)
    assert driver.slot(1)[1].states[-1] == "ready/ready"
    driver.advance(35)
    assert driver.slot(1)[1].states[-1] == "ready/ready"
    driver.advance(20)
    assert "running/running" in driver.slot(1)[1].states


def test_attempts_are_counted_from_the_history(driver: Driver) -> None:
    """Restarts from before must count: with three attempts there must be four tasks in all."""
    driver.create("web", "late:1", template={"RestartPolicy": {"Delay": SECOND, "MaxAttempts": 3}})
    driver.advance(50)
    assert len(driver.slot(1)) == 3
    away(driver, 3)
    driver.advance(200)
    assert len(driver.slot(1)) == 4


def test_global_tasks_are_looked_at_too(driver: Driver) -> None:
    """A global task that ended while nobody led must be restarted."""
    driver.create("web", "late:1", Mode={"Global": {}}, template={"RestartPolicy": {"Delay": SECOND}})
    driver.advance(10)
    away(driver, 30)
    assert "running/running" in driver.slot(0)[1].states
