"""Tasks that wait for a node, while their service or the nodes change (swarmkit's manager/scheduler/scheduler.go)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.practice.driver import Driver, world_of

PORT: dict[str, Any] = {"EndpointSpec": {"Ports": [{"TargetPort": 80, "PublishedPort": 8080, "PublishMode": "host"}]}}
NOWHERE = {"Placement": {"Constraints": ["node.labels.x==y"]}}
NO_FIT = "no suitable node (scheduling constraints not satisfied on 1 node)"


@pytest.fixture
def driver(tmp_path: Path) -> Driver:
    """One node without labels."""
    return Driver(world_of(tmp_path))


def label(driver: Driver, **labels: str) -> None:
    """Give the node labels."""
    node = driver.get("/nodes/only")
    target = f"/nodes/only/update?version={node['Version']['Index']}"
    assert driver.call("POST", target, {**node["Spec"], "Labels": labels}).status == 200


def scale(number: int) -> Any:
    """A change of the number of replicas."""
    return lambda spec: spec["Mode"]["Replicated"].update(Replicas=number)


def test_a_waiting_task_is_placed_when_a_node_fits(driver: Driver) -> None:
    """A node that changes must make the scheduler look again, and the error go."""
    driver.create("web", template=NOWHERE)
    driver.advance(1)
    assert driver.tasks("web")[0]["Status"]["Err"] == NO_FIT
    label(driver, x="y")
    driver.advance(2)
    (task,) = driver.tasks("web")
    assert (task["Status"]["State"], task["Status"].get("Err")) == ("running", None)


def test_a_waiting_task_of_an_older_spec_is_forgotten(driver: Driver) -> None:
    """Tasks that wait while their service is only scaled must be left out when a node fits later.

    Seen on dockerd 20.10: they belong to an older spec, so the scheduler looks at them once more and never again.
    """
    driver.create("web", replicas=2, template=NOWHERE)
    driver.advance(3)
    driver.update("web", scale(3))
    driver.advance(3)
    label(driver, x="y")
    driver.advance(5)
    assert [(task["Slot"], task["Status"]["State"]) for task in driver.tasks("web")] == [
        (1, "pending"),
        (2, "pending"),
        (3, "running"),
    ]
    assert driver.tasks("web")[0]["Status"]["Err"] == NO_FIT


def test_a_waiting_task_that_is_replaced_is_shut_down_by_the_scheduler(driver: Driver) -> None:
    """A waiting task of an older spec that is not wanted must be shut down, so that its successor need not wait."""
    driver.create("web", template=NOWHERE)
    driver.advance(3)
    driver.update("web", lambda spec: spec["TaskTemplate"]["ContainerSpec"].update(Env=["A=1"]))
    driver.advance(0.3)
    old, new = driver.slot(1)
    assert old.states[-2:] == ["pending/shutdown", "shutdown/shutdown"]
    assert old.said[-1] == ("shutdown", "pending task scheduling", "")
    assert new.states[-1] == "pending/running"
    label(driver, x="y")
    driver.advance(10)
    assert driver.states("web") == ["running"]
    assert driver.statuses[-1] == ("completed", "update completed")


def test_a_waiting_task_that_fits_is_given_away_though_nobody_wants_it(driver: Driver) -> None:
    """A pending task that is shut down before the scheduler looks must still be assigned, and stop on its node."""
    driver.create("web")
    driver.advance(0.03)
    driver.update("web", lambda spec: spec["TaskTemplate"].update(ForceUpdate=1))
    driver.advance(5)
    old = driver.slot(1)[0]
    assert old.states == [
        "new/running",
        "pending/running",
        "pending/shutdown",
        "assigned/shutdown",
        "shutdown/shutdown",
    ]
    assert driver.states("web") == ["running"]


def test_waiting_tasks_that_are_scaled_away_go(driver: Driver) -> None:
    """A surplus task that never had a node must be removed within a moment."""
    driver.create("web", replicas=3, template=NOWHERE)
    driver.advance(2)
    driver.update("web", scale(1))
    driver.advance(1)
    assert [task["Slot"] for task in driver.tasks("web")] == [1]


def test_a_waiting_task_of_a_removed_service_goes(driver: Driver) -> None:
    """The tasks of a removed service must go although they never ran."""
    driver.create("web", template=NOWHERE)
    driver.advance(2)
    driver.call("DELETE", "/services/web")
    driver.advance(1)
    assert driver.get("/tasks") == []


def test_reasons_are_those_since_the_last_node_that_fitted(tmp_path: Path) -> None:
    """The surplus of a group must first name what filled the nodes, and all reasons when it is looked at again."""
    driver = Driver(
        world_of(tmp_path, nodes=[{"hostname": "a", "role": "manager", "availability": "pause"}, {"hostname": "b"}])
    )
    driver.create("web", replicas=2, template={"Placement": {"MaxReplicas": 1}})
    driver.advance(0.08)
    assert [task["Status"].get("Err") for task in driver.tasks("web")] == [
        None,
        "no suitable node (max replicas per node limit exceed)",
    ]
    driver.advance(1)
    expected = "1 node not available for new tasks; max replicas per node limit exceed"
    assert driver.tasks("web")[1]["Status"]["Err"] == f"no suitable node ({expected})"


def test_a_freed_place_goes_to_who_waits(driver: Driver) -> None:
    """When a task gives its port back, one that waits for it must get it."""
    driver.create("first", **PORT)
    driver.advance(3)
    driver.create("second", **PORT)
    driver.advance(1)
    assert driver.tasks("second")[0]["Status"]["Err"] == "no suitable node (host-mode port already in use on 1 node)"
    driver.call("DELETE", "/services/first")
    driver.advance(5)
    assert driver.states("second") == ["running"]


def test_start_first_with_a_host_port_stalls(driver: Driver) -> None:
    """A start-first update whose port is taken by the old task must wait for ever, and say so in the new task."""
    driver.create("web", UpdateConfig={"Order": "start-first", "Parallelism": 1}, **PORT)
    driver.advance(3)
    driver.update("web", lambda spec: spec["TaskTemplate"].update(ForceUpdate=1))
    driver.advance(120)
    old, new = driver.tasks("web")
    assert (old["Status"]["State"], old["DesiredState"]) == ("running", "running")
    assert new["Status"]["Err"] == "no suitable node (host-mode port already in use on 1 node)"
    assert driver.statuses == [("updating", "update in progress")]
