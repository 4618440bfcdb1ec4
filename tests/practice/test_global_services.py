"""Global services, rule by rule after swarmkit's orchestrator/global/global.go."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from coopnb.practice.clock import SECOND
from coopnb.practice.objects import Node
from tests.practice.driver import Driver, world_of

NODES = [{"hostname": "a", "role": "manager"}, {"hostname": "b"}, {"hostname": "c"}]
IMAGES: list[dict[str, Any]] = [{"match": "crash:*", "behaviour": "crash", "crash_after": 0.1, "exit_code": 1}]
GLOBAL: dict[str, Any] = {"Mode": {"Global": {}}}


@pytest.fixture
def driver(tmp_path: Path) -> Driver:
    """Three nodes."""
    return Driver(world_of(tmp_path, nodes=NODES, images=IMAGES))


def change(driver: Driver, hostname: str, **spec: Any) -> None:
    """Change a node's spec."""
    node = driver.get(f"/nodes/{hostname}")
    target = f"/nodes/{hostname}/update?version={node['Version']['Index']}"
    assert driver.call("POST", target, {**node["Spec"], **spec}).status == 200


def running_on(driver: Driver, name: str = "web") -> list[str]:
    """Hostnames of the nodes with a task that is meant to run."""
    hostnames = {node["ID"]: node["Description"]["Hostname"] for node in driver.get("/nodes")}
    wanted = [task for task in driver.tasks(name) if task["DesiredState"] in ("running", "ready")]
    return sorted(hostnames[task["NodeID"]] for task in wanted)


def force(spec: Any) -> None:
    """Make every task outdated."""
    template = spec["TaskTemplate"]
    template["ForceUpdate"] = template.get("ForceUpdate", 0) + 1


def test_a_drained_node_loses_its_task_and_nobody_gets_it(driver: Driver) -> None:
    """The task of a drained node must stop without a successor, and come back when the node is active."""
    driver.create("web", **GLOBAL)
    driver.advance(3)
    change(driver, "b", Availability="drain")
    driver.advance(5)
    assert running_on(driver) == ["a", "c"]
    assert len(driver.tasks("web")) == 3
    change(driver, "b", Availability="active")
    driver.advance(5)
    assert running_on(driver) == ["a", "b", "c"]


def test_a_paused_node_keeps_its_task_as_it_is(driver: Driver) -> None:
    """An update must leave out a paused node, and catch up at once, outside any update, when it is active again."""
    driver.create("web", UpdateConfig={"Parallelism": 0, "Monitor": SECOND}, **GLOBAL)
    driver.advance(3)
    change(driver, "b", Availability="pause")
    driver.update("web", force)
    driver.advance(10)
    outdated = [
        task
        for task in driver.tasks("web")
        if task["DesiredState"] == "running" and not task["Spec"].get("ForceUpdate")
    ]
    assert [task["NodeID"] for task in outdated] == [driver.get("/nodes/b")["ID"]]
    assert driver.statuses[-1][0] == "completed"
    change(driver, "b", Availability="active")
    driver.advance(5)
    assert running_on(driver) == ["a", "b", "c"]
    assert all(task["Spec"].get("ForceUpdate") for task in driver.tasks("web") if task["DesiredState"] == "running")
    assert driver.statuses[-1][0] == "completed"


def test_a_task_that_fails_on_a_paused_node_is_not_restarted(driver: Driver) -> None:
    """On a paused node a failed task must be shut down for good, until the node is active again."""
    driver.create("web", template={"RestartPolicy": {"Delay": SECOND}}, **GLOBAL)
    driver.advance(3)
    change(driver, "b", Availability="pause")
    task = next(task for task in driver.tasks("web") if task["NodeID"] == driver.get("/nodes/b")["ID"])
    driver.swarm.faults.apply("kill", task["ID"])
    driver.advance(10)
    assert running_on(driver) == ["a", "c"]
    change(driver, "b", Availability="active")
    driver.advance(5)
    assert running_on(driver) == ["a", "b", "c"]


def test_a_constraint_takes_tasks_from_nodes_without_an_update(driver: Driver) -> None:
    """A new constraint must end tasks of nodes that miss it at once, and restart none of the others."""
    driver.create("web", **GLOBAL)
    driver.advance(3)
    before = {task["ID"] for task in driver.tasks("web")}
    driver.update("web", lambda spec: spec["TaskTemplate"].update(Placement={"Constraints": ["node.hostname!=b"]}))
    driver.advance(5)
    assert running_on(driver) == ["a", "c"]
    assert {task["ID"] for task in driver.tasks("web")} == before
    assert driver.statuses == []


def test_a_label_that_comes_brings_a_task(driver: Driver) -> None:
    """A node that comes to meet the constraints must get a task, one that no longer does has its own rejected."""
    driver.create("web", template={"Placement": {"Constraints": ["node.labels.web==yes"]}}, **GLOBAL)
    driver.advance(3)
    assert driver.tasks("web") == []
    change(driver, "c", Labels={"web": "yes"})
    driver.advance(3)
    assert running_on(driver) == ["c"]
    change(driver, "c", Labels={})
    driver.advance(3)
    assert running_on(driver) == []
    assert driver.tasks("web")[0]["Status"]["Err"] == "assigned node no longer meets constraints"


def test_a_node_without_room_says_why_without_a_frame(driver: Driver) -> None:
    """A task that its own node cannot take must wait there, with the bare reason as its error (dockerd 20.10)."""
    driver.create("web", template={"Resources": {"Reservations": {"MemoryBytes": 2**50}}}, **GLOBAL)
    driver.advance(3)
    errors = {task["Status"].get("Err") for task in driver.tasks("web")}
    assert errors == {"insufficient resources on 1 node"}
    assert {task["Status"]["State"] for task in driver.tasks("web")} == {"pending"}


def test_an_update_goes_node_by_node(driver: Driver) -> None:
    """A rolling update must replace one node's task after the other, prepared first, on the same node."""
    driver.create("web", UpdateConfig={"Parallelism": 1}, **GLOBAL)
    driver.advance(3)
    driver.update("web", force)
    driver.advance(1)
    assert [task["DesiredState"] for task in driver.tasks("web")].count("shutdown") == 1
    driver.advance(20)
    assert running_on(driver) == ["a", "b", "c"]
    assert driver.statuses[-1] == ("completed", "update completed")


def test_a_down_node_has_its_task_shut_down(driver: Driver) -> None:
    """The task of a node that is down must be meant to stop, keep its last state, and get no successor."""
    driver.create("web", **GLOBAL)
    driver.advance(3)
    driver.swarm.faults.apply("partition", "b")
    driver.advance(20)
    assert driver.get("/nodes/b")["Status"]["State"] == "down"
    assert running_on(driver) == ["a", "c"]
    (left,) = [task for task in driver.tasks("web") if task["NodeID"] == driver.get("/nodes/b")["ID"]]
    assert (left["Status"]["State"], left["DesiredState"]) == ("running", "shutdown")
    driver.swarm.faults.apply("heal", "b")
    driver.advance(10)
    assert running_on(driver) == ["a", "b", "c"]


def test_a_removed_node_takes_its_tasks_along(driver: Driver) -> None:
    """Tasks of a node that is removed from the swarm must vanish at once."""
    driver.create("web", **GLOBAL)
    driver.advance(3)
    (node,) = driver.swarm.store.named(Node, "b")
    driver.swarm.store.remove(node)
    driver.swarm.settle()
    assert node.id not in {task["NodeID"] for task in driver.tasks("web")}
    assert running_on(driver) == ["a", "c"]


def test_a_node_that_joins_gets_a_task(driver: Driver) -> None:
    """A node that is new must get a task of every global service, wanted running from the start."""
    driver.create("web", **GLOBAL)
    driver.advance(3)
    driver.swarm.store.create(Node(id="z" * 25, hostname="d", address="10.97.0.9"))
    driver.swarm.settle()
    (new,) = [task for task in driver.tasks("web") if task["NodeID"] == "z" * 25]
    assert new["DesiredState"] == "running"


def test_a_failed_task_is_restarted_on_its_node(driver: Driver) -> None:
    """A restart must stay on the node, and wait for the delay."""
    driver.create("web", "crash:1", template={"RestartPolicy": {"Delay": SECOND}}, **GLOBAL)
    driver.advance(4)
    tasks = driver.tasks("web")
    assert {task["NodeID"] for task in tasks} == {node["ID"] for node in driver.get("/nodes")}
    assert len(tasks) >= 6


def test_a_service_nowhere_can_never_complete_its_rollback(driver: Driver) -> None:
    """Without a single task to look at, the updater must not be asked: a manual rollback stays started."""
    driver.create("web", template={"Placement": {"Constraints": ["node.labels.x==y"]}}, **GLOBAL)
    driver.advance(2)
    driver.update("web", force)
    driver.update("web", query="&rollback=previous")
    driver.advance(20)
    assert driver.statuses == [("rollback_started", "manually requested rollback")]
