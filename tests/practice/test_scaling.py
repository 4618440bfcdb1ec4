"""Slots that come and go, rule by rule after swarmkit's orchestrator/replicated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from coopnb.practice.clock import SECOND
from tests.practice.driver import Driver, world_of

NODES = [{"hostname": "a", "role": "manager"}, {"hostname": "b"}]
IMAGES: list[dict[str, Any]] = [
    {"match": "done:*", "behaviour": "crash", "crash_after": 0.1, "exit_code": 0},
    {"match": "slow:*", "stop_after": 5},
    {"match": "gone:*", "behaviour": "missing"},
]
ON_A = {"Placement": {"Constraints": ["node.hostname==a"]}}


@pytest.fixture
def driver(tmp_path: Path) -> Driver:
    """Two nodes."""
    return Driver(world_of(tmp_path, nodes=NODES, images=IMAGES))


def scale(number: int) -> Callable[[Any], None]:
    """A change of the number of replicas."""
    return lambda spec: spec["Mode"]["Replicated"].update(Replicas=number)


def slots(driver: Driver, name: str = "web") -> list[int]:
    """Slots with a task that is meant to run."""
    return sorted({task["Slot"] for task in driver.tasks(name) if task["DesiredState"] in ("running", "ready")})


def test_missing_numbers_are_used_first(driver: Driver) -> None:
    """New slots must take the lowest numbers that are free."""
    driver.create("web", replicas=4)
    driver.advance(3)
    task = driver.tasks("web")[1]
    driver.update("web", scale(2))
    driver.advance(5)
    assert slots(driver) == [1, 2]
    assert task["ID"] in {found["ID"] for found in driver.tasks("web")}
    driver.update("web", scale(4))
    assert slots(driver) == [1, 2, 3, 4]


def test_the_fullest_node_gives_first(driver: Driver) -> None:
    """Scaling down must take from the node with most tasks of the service, so that the rest is spread evenly."""
    driver.create("web", replicas=2)
    driver.advance(3)
    driver.update("web", lambda spec: (spec["TaskTemplate"].update(ON_A), scale(5)(spec)))
    driver.advance(40)
    driver.update("web", lambda spec: (spec["TaskTemplate"].pop("Placement"), scale(6)(spec)))
    driver.advance(3)
    driver.update("web", scale(2))
    driver.advance(5)
    nodes = Counter(task["NodeID"] for task in driver.tasks("web") if task["DesiredState"] == "running")
    assert sorted(nodes.values()) == [1, 1]


def test_what_stays_is_what_stayed_on_three_real_nodes(tmp_path: Path) -> None:
    """Four replicas on two nodes, nine on three, then four again must leave the first slot of each and slot 3.

    Seen on three nodes with dockerd 20.10; which of the new slots is the first of the new node is chance there.
    """
    driver = Driver(world_of(tmp_path, nodes=[*NODES, {"hostname": "c"}]))
    driver.create("web", replicas=4, template={"Placement": {"Constraints": ["node.hostname!=a"]}})
    driver.advance(3)
    driver.update("web", lambda spec: (spec["TaskTemplate"].update(Placement={}), scale(9)(spec)))
    driver.advance(3)
    nodes = Counter(task["NodeID"] for task in driver.tasks("web"))
    assert sorted(nodes.values()) == [3, 3, 3]
    new = min(task["Slot"] for task in driver.tasks("web") if task["NodeID"] == driver.get("/nodes/a")["ID"])
    driver.update("web", scale(4))
    driver.advance(5)
    assert slots(driver) == sorted([1, 2, 3, new])
    assert driver.statuses == []


def test_what_does_not_run_goes_first(driver: Driver) -> None:
    """Of slots on equally full nodes one without a running task must go before one with."""
    driver.create("web", replicas=3, template={"Placement": {"MaxReplicas": 1}})
    driver.advance(3)
    waiting = next(task["Slot"] for task in driver.tasks("web") if task["Status"]["State"] == "pending")
    driver.update("web", scale(2))
    driver.advance(5)
    assert waiting not in slots(driver)
    assert driver.states("web") == ["running", "running"]


def test_among_equals_the_highest_number_goes(driver: Driver) -> None:
    """On one node the slots with the highest numbers must go."""
    driver.create("web", replicas=4, template=ON_A)
    driver.advance(3)
    driver.update("web", scale(2))
    assert slots(driver) == [1, 2]
    assert [task["DesiredState"] for task in driver.tasks("web")] == ["running", "running", "remove", "remove"]


def test_a_slot_that_comes_back_leaves_the_leaving_task_alone(driver: Driver) -> None:
    """Scaling up while old tasks still stop must add new ones beside them; the old ones go when they have stopped."""
    driver.create("web", "slow:1", replicas=3)
    driver.advance(3)
    driver.update("web", scale(1))
    driver.advance(1)
    driver.update("web", scale(3))
    found = [task["DesiredState"] for task in driver.tasks("web")]
    assert found.count("remove") == 2
    assert slots(driver) == [1, 2, 3]
    driver.advance(15)
    assert driver.states("web") == ["running"] * 3
    assert len(driver.tasks("web")) == 3


def test_a_write_forgets_slots_that_are_leaving(driver: Driver) -> None:
    """Any later write of the service must remove the tasks of leaving slots at once, stopped or not."""
    driver.create("web", "slow:1", replicas=3)
    driver.advance(3)
    driver.update("web", scale(1))
    driver.advance(1)
    assert len(driver.tasks("web")) == 3
    driver.update("web", lambda spec: spec.update(Labels={"a": "b"}))
    assert len(driver.tasks("web")) == 1


def test_scaling_restarts_nothing(driver: Driver) -> None:
    """Tasks that stay must be left alone, and no update status be set."""
    driver.create("web", replicas=2)
    driver.advance(3)
    before = {task["ID"] for task in driver.tasks("web")}
    driver.update("web", scale(5))
    driver.advance(5)
    assert before <= {task["ID"] for task in driver.tasks("web")}
    assert driver.statuses == []


def test_scaling_to_nothing_and_back(driver: Driver) -> None:
    """No replicas must mean no tasks, with nothing left to remember; then slots begin at one again."""
    driver.create("web", replicas=2)
    driver.advance(3)
    driver.update("web", scale(0))
    driver.advance(5)
    assert driver.tasks("web") == []
    driver.update("web", scale(1))
    driver.advance(3)
    assert slots(driver) == [1]


def test_scaling_up_during_an_update_starts_it_anew(driver: Driver) -> None:
    """A scale is an update of its own: the status begins again, new slots have the new spec, old ones still change."""
    driver.create("web", replicas=3, UpdateConfig={"Parallelism": 1, "Delay": 5 * SECOND})
    driver.advance(3)
    driver.update("web", lambda spec: spec["TaskTemplate"]["ContainerSpec"].update(Image="busybox:2"))
    driver.advance(4)
    driver.update("web", scale(4))
    assert driver.get("/services/web")["UpdateStatus"]["State"] == "updating"
    driver.advance(1)
    assert [task["Spec"]["ContainerSpec"]["Image"] for task in driver.tasks("web") if task["Slot"] == 4] == [
        "busybox:2"
    ]
    driver.advance(60)
    wanted = [task for task in driver.tasks("web") if task["DesiredState"] == "running"]
    assert {task["Spec"]["ContainerSpec"]["Image"] for task in wanted} == {"busybox:2"}
    assert [state for state, _ in driver.statuses] == ["updating", "completed"]


def test_scaling_down_during_an_update_updates_what_stays(driver: Driver) -> None:
    """Slots that go must not be brought up to date before they go."""
    driver.create("web", replicas=4, template=ON_A, UpdateConfig={"Parallelism": 1, "Delay": 5 * SECOND})
    driver.advance(3)
    driver.update("web", lambda spec: spec["TaskTemplate"]["ContainerSpec"].update(Image="busybox:2"))
    driver.advance(4)
    driver.update("web", scale(2))
    driver.advance(60)
    assert slots(driver) == [1, 2]
    assert {
        task["Spec"]["ContainerSpec"]["Image"] for task in driver.tasks("web") if task["DesiredState"] == "running"
    } == {"busybox:2"}
    assert all(len(driver.slot(number)) == 1 for number in (3, 4))


def test_scaling_a_paused_update_takes_it_up_again(driver: Driver) -> None:
    """A scale must clear the pause, and the update go on, to fail again."""
    driver.create("web", replicas=2, template={"RestartPolicy": {"Delay": SECOND}}, UpdateConfig={"Parallelism": 1})
    driver.advance(3)
    driver.update("web", lambda spec: spec["TaskTemplate"]["ContainerSpec"].update(Image="gone:1"))
    driver.advance(10)
    assert [state for state, _ in driver.statuses] == ["updating", "paused"]
    driver.update("web", scale(3))
    driver.advance(20)
    assert [state for state, _ in driver.statuses] == ["updating", "paused", "updating", "paused"]
