"""What becomes of a node's tasks when the node changes, after swarmkit's constraintenforcer and orchestrators."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from coopnb.practice.clock import SECOND
from coopnb.practice.objects import Node
from tests.practice.driver import Driver, world_of

NODES = [{"hostname": "a", "role": "manager"}, {"hostname": "b", "labels": {"disk": "ssd"}, "memory": "4GiB"}]
ON_SSD = {"Placement": {"Constraints": ["node.labels.disk==ssd"]}}
GIB = 2**30


@pytest.fixture
def driver(tmp_path: Path) -> Driver:
    """Two nodes; the second has a label."""
    return Driver(world_of(tmp_path, nodes=NODES))


def change(driver: Driver, hostname: str, **spec: Any) -> None:
    """Change a node's spec."""
    node = driver.get(f"/nodes/{hostname}")
    target = f"/nodes/{hostname}/update?version={node['Version']['Index']}"
    assert driver.call("POST", target, {**node["Spec"], **spec}).status == 200


def shrink(driver: Driver, hostname: str, memory: int) -> None:
    """Give a node another amount of memory, as when a machine comes back with less."""
    (node,) = driver.swarm.store.named(Node, hostname)
    driver.swarm.store.update(node, memory=memory)
    driver.swarm.settle()


def ends(driver: Driver) -> list[tuple[str, str]]:
    """The state and desired state of every task of the service."""
    return [(task["Status"]["State"], task["DesiredState"]) for task in driver.tasks("web")]


def test_a_lost_label_rejects_and_restarts(driver: Driver) -> None:
    """A task whose node misses the constraint must be rejected at once, and its successor wait for a node."""
    driver.create("web", template=ON_SSD)
    driver.advance(3)
    change(driver, "b", Labels={})
    driver.advance(1)
    old, new = driver.tasks("web")
    assert (old["Status"]["State"], old["DesiredState"]) == ("rejected", "shutdown")
    assert (old["Status"]["Message"], old["Status"]["Err"]) == (
        "task rejected by constraint enforcer",
        "assigned node no longer meets constraints",
    )
    assert new["Status"]["Err"] == "no suitable node (scheduling constraints not satisfied on 2 nodes)"
    change(driver, "b", Labels={"disk": "ssd"})
    driver.advance(10)
    assert driver.states("web") == ["running"]


def test_a_rejected_task_is_not_restarted_under_condition_none(driver: Driver) -> None:
    """The restart policy must hold for rejected tasks too."""
    driver.create("web", template={**ON_SSD, "RestartPolicy": {"Condition": "none"}})
    driver.advance(3)
    change(driver, "b", Labels={})
    driver.advance(10)
    assert ends(driver) == [("rejected", "shutdown")]


@pytest.mark.parametrize(("availability", "state"), [("pause", "running"), ("active", "rejected")])
def test_constraints_are_enforced_on_active_nodes_alone(driver: Driver, availability: str, state: str) -> None:
    """On a paused node tasks must be left alone whatever becomes of its labels."""
    driver.create("web", template=ON_SSD)
    driver.advance(3)
    change(driver, "b", Availability=availability)
    change(driver, "b", Availability=availability, Labels={})
    driver.advance(1)
    assert ends(driver)[0][0] == state


def test_a_paused_node_that_is_active_again_is_looked_at(driver: Driver) -> None:
    """What a paused node was spared must happen when it is active again."""
    driver.create("web", template=ON_SSD)
    driver.advance(3)
    change(driver, "b", Availability="pause", Labels={})
    driver.advance(1)
    change(driver, "b", Availability="active", Labels={})
    driver.advance(1)
    assert ends(driver)[0] == ("rejected", "shutdown")


def test_the_services_constraints_are_enforced_not_the_tasks(driver: Driver) -> None:
    """A constraint that was added without restarting the task must hold for it all the same."""
    driver.create("web", template={"Placement": {"Constraints": ["node.hostname==b"]}})
    driver.advance(3)
    driver.update("web", lambda spec: spec["TaskTemplate"].update(ON_SSD))
    driver.advance(3)
    assert ends(driver) == [("running", "running")]
    change(driver, "b", Labels={})
    driver.advance(1)
    assert ends(driver)[0] == ("rejected", "shutdown")


def test_a_node_that_shrinks_rejects_what_it_cannot_hold(driver: Driver) -> None:
    """Tasks whose reservations no longer fit must be rejected, one after the other until the rest fits."""
    reserve = {"Resources": {"Reservations": {"MemoryBytes": GIB}}, **ON_SSD}
    driver.create("web", replicas=4, template=reserve)
    driver.advance(3)
    shrink(driver, "b", 2 * GIB)
    driver.advance(1)
    found = [state for state, _ in ends(driver)]
    assert (found.count("running"), found.count("rejected"), found.count("pending")) == (2, 2, 2)
    assert {task["Status"].get("Err") for task in driver.tasks("web") if task["Status"]["State"] == "rejected"} == {
        "assigned node no longer meets constraints"
    }


def test_limits_do_not_matter_to_a_node_that_shrinks(driver: Driver) -> None:
    """Tasks that reserve nothing must stay."""
    limit = {"Resources": {"Limits": {"MemoryBytes": 3 * GIB}}, **ON_SSD}
    driver.create("web", template=limit)
    driver.advance(3)
    shrink(driver, "b", GIB)
    driver.advance(1)
    assert ends(driver) == [("running", "running")]


def test_a_drained_node_is_emptied_at_once_and_not_filled_again(driver: Driver) -> None:
    """Drained tasks must run elsewhere as soon as they stop, and stay there when the node is active again."""
    driver.create("web", replicas=2)
    driver.advance(3)
    change(driver, "b", Availability="drain")
    driver.advance(4)
    assert driver.states("web") == ["running", "running"]
    before = ends(driver)
    change(driver, "b", Availability="active")
    driver.advance(10)
    assert ends(driver) == before


def test_a_paused_node_keeps_tasks_and_gets_none(driver: Driver) -> None:
    """A paused node must keep what runs there; what fails there must be restarted elsewhere."""
    driver.create("web", replicas=2, template={"RestartPolicy": {"Delay": SECOND}})
    driver.advance(3)
    change(driver, "b", Availability="pause")
    paused = driver.get("/nodes/b")["ID"]
    (task,) = [task for task in driver.tasks("web") if task["NodeID"] == paused]
    driver.advance(5)
    assert driver.states("web") == ["running", "running"]
    driver.swarm.faults.apply("kill", task["ID"])
    driver.advance(5)
    wanted = {task["NodeID"] for task in driver.tasks("web") if task["DesiredState"] == "running"}
    assert wanted == {driver.get("/nodes/a")["ID"]}


def test_a_node_that_goes_down_gives_its_tasks_away_after_their_delay(driver: Driver) -> None:
    """Successors must be prepared at once and start after the delay, without waiting for what cannot be heard."""
    driver.create("web", replicas=2, template={"RestartPolicy": {"Delay": 7 * SECOND}})
    driver.advance(3)
    driver.swarm.faults.apply("partition", "b")
    while driver.get("/nodes/b")["Status"]["State"] != "down":
        driver.advance(0.1)
    driver.advance(6)
    assert sorted(driver.states("web")) == ["ready", "running"]
    assert ("running", "shutdown") in ends(driver)
    driver.advance(2)
    assert driver.states("web") == ["running", "running"]


def test_tasks_of_a_removed_node_are_replaced(driver: Driver) -> None:
    """Replicated tasks of a node that is no longer there must be replaced like those of a node that is down."""
    driver.create("web", replicas=2)
    driver.advance(3)
    (node,) = driver.swarm.store.named(Node, "b")
    driver.swarm.store.remove(node)
    driver.swarm.settle()
    driver.advance(10)
    assert driver.states("web") == ["running", "running"]
    wanted = {task["NodeID"] for task in driver.tasks("web") if task["DesiredState"] == "running"}
    assert wanted == {driver.get("/nodes/a")["ID"]}


def test_an_update_that_waits_for_a_node_goes_on_when_it_is_down(driver: Driver) -> None:
    """A successor must not wait for its predecessor once the predecessor's node is down."""
    driver.create("web", template=ON_SSD, container={"StopGracePeriod": 50 * SECOND})
    driver.advance(3)
    driver.swarm.faults.apply("partition", "b")
    driver.advance(10)
    driver.update("web", lambda spec: spec["TaskTemplate"].update(Placement={}, ForceUpdate=1))
    driver.advance(2)
    assert driver.slot(1)[1].states[-1] == "ready/ready"
    driver.advance(8)
    assert driver.slot(1)[1].states[-1] == "running/running"
