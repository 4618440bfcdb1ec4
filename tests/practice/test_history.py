"""How long ended tasks are kept, rule by rule after swarmkit's orchestrator/taskreaper."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from coopnb.practice.clock import SECOND
from tests.practice.driver import Driver, world_of

IMAGES: list[dict[str, Any]] = [{"match": "crash:*", "behaviour": "crash", "crash_after": 0.1, "exit_code": 1}]
SOON = {"RestartPolicy": {"Delay": SECOND}}


@pytest.fixture
def driver(tmp_path: Path) -> Driver:
    """A one-node swarm with an image that crashes."""
    return Driver(world_of(tmp_path, images=IMAGES))


def set_limit(driver: Driver, limit: int) -> None:
    """Change the swarm's TaskHistoryRetentionLimit."""
    cluster = driver.get("/swarm")
    cluster["Spec"]["Orchestration"]["TaskHistoryRetentionLimit"] = limit
    said = driver.call("POST", f"/swarm/update?version={cluster['Version']['Index']}", cluster["Spec"])
    assert said.status == 200, said


@pytest.mark.parametrize(("limit", "kept"), [(5, 5), (2, 2), (1, 1), (0, 1)])
def test_the_limit_counts_the_living_task_too(driver: Driver, limit: int, kept: int) -> None:
    """A slot must keep as many tasks as the swarm says, the living one among them, which never goes."""
    set_limit(driver, limit)
    driver.create("web", "crash:1", template=SOON)
    driver.advance(30.5)
    states = [task["Status"]["State"] for task in driver.tasks("web")]
    assert len(states) == kept
    assert states[-1] != "failed"


def test_a_negative_limit_keeps_everything(driver: Driver) -> None:
    """With a negative limit no task of a living service must ever go."""
    set_limit(driver, -1)
    driver.create("web", "crash:1", template=SOON)
    driver.advance(60)
    assert len(driver.tasks("web")) == len(driver.slot(1)) > 20


def test_attempts_set_the_limit_themselves(driver: Driver) -> None:
    """A service with attempts must keep one task more than these, be that more or less than the swarm's limit."""
    driver.create("many", "crash:1", template={"RestartPolicy": {"Delay": SECOND, "MaxAttempts": 8}})
    driver.create("few", template={"RestartPolicy": {"Delay": SECOND, "MaxAttempts": 1}})
    driver.advance(60)
    for number in range(4):
        driver.update("few", lambda spec, number=number: spec["TaskTemplate"].update(ForceUpdate=number + 1))
        driver.advance(15)
    assert len(driver.tasks("many")) == 9
    assert len(driver.tasks("few")) == 2


def test_history_is_kept_for_each_slot(driver: Driver) -> None:
    """Every slot must have its history for itself."""
    driver.create("web", "crash:1", replicas=2, template=SOON)
    driver.advance(40)
    slots = [task["Slot"] for task in driver.tasks("web")]
    assert (slots.count(1), slots.count(2)) == (5, 5)


def test_the_oldest_go_first(driver: Driver) -> None:
    """What is kept must be the newest."""
    driver.create("web", "crash:1", template=SOON)
    driver.advance(40)
    assert [task["ID"] for task in driver.tasks("web")] == [history.id for history in driver.slot(1)][-5:]


def test_a_new_limit_is_felt_by_the_next_task(driver: Driver) -> None:
    """Lowering the limit must remove nothing by itself, but when the next task of a slot is made."""
    driver.create("web", template=SOON)
    driver.create("other", "crash:1", template={"RestartPolicy": {"Condition": "none"}})
    driver.advance(5)
    for number in range(3):
        driver.update("web", lambda spec, number=number: spec["TaskTemplate"].update(ForceUpdate=number + 1))
        driver.advance(15)
    assert len(driver.tasks("web")) == 4
    set_limit(driver, 2)
    driver.advance(5)
    assert len(driver.tasks("web")) == 4
    driver.update("web", lambda spec: spec["TaskTemplate"].update(ForceUpdate=9))
    driver.advance(15)
    assert len(driver.tasks("web")) == 2


def test_a_removed_service_takes_its_history_along(driver: Driver) -> None:
    """Ended tasks of a removed service must go at once, living ones when they have stopped."""
    driver.create("web", "crash:1", template=SOON)
    driver.create("well")
    driver.advance(20)
    driver.call("DELETE", "/services/web")
    driver.call("DELETE", "/services/well")
    driver.advance(0.3)
    assert {task["Status"]["State"] for task in driver.get("/tasks")} <= {"running", "ready", "preparing", "assigned"}
    assert {task["DesiredState"] for task in driver.get("/tasks")} == {"remove"}
    driver.advance(5)
    assert driver.get("/tasks") == []


def test_tasks_that_never_ran_are_history_too(driver: Driver) -> None:
    """A task that was given up before it had a node must count and go like an ended one."""
    nowhere = {"Placement": {"Constraints": ["node.labels.x==y"]}}
    driver.create("web", template=nowhere)
    for number in range(8):
        driver.advance(10)
        driver.update("web", lambda spec, number=number: spec["TaskTemplate"].update(ForceUpdate=number + 1))
    driver.advance(10)
    states = [task["Status"]["State"] for task in driver.tasks("web")]
    assert states == ["shutdown"] * 4 + ["pending"]
