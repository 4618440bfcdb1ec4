"""Where tasks go, and swarmkit's words when they can go nowhere."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.practice.driver import Driver, world_of

HOST_PORT = {"EndpointSpec": {"Ports": [{"TargetPort": 80, "PublishedPort": 8080, "PublishMode": "host"}]}}
NO_PLUGIN = {"Type": "volume", "Source": "v", "Target": "/v", "VolumeOptions": {"DriverConfig": {"Name": "nfs"}}}
THREE = [{"hostname": "a", "role": "manager", "labels": {"disk": "SSD"}}, {"hostname": "b"}, {"hostname": "c"}]


@pytest.fixture
def one(tmp_path: Path) -> Driver:
    """One node with 2 CPUs and 4 GiB."""
    return Driver(world_of(tmp_path))


@pytest.fixture
def three(tmp_path: Path) -> Driver:
    """Three nodes; only the manager has a label."""
    return Driver(world_of(tmp_path, nodes=THREE))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        (
            {"template": {"Placement": {"Constraints": ["node.labels.x==y"]}}},
            "scheduling constraints not satisfied on 1 node",
        ),
        (
            {"template": {"Placement": {"Constraints": ["node.shoe==42"]}}},
            "scheduling constraints not satisfied on 1 node",
        ),
        ({"template": {"Resources": {"Reservations": {"NanoCPUs": 3 * 10**9}}}}, "insufficient resources on 1 node"),
        (
            {"template": {"Placement": {"Platforms": [{"Architecture": "arm64", "OS": "linux"}]}}},
            "unsupported platform on 1 node",
        ),
        ({"container": {"Mounts": [NO_PLUGIN]}}, "missing plugin on 1 node"),
    ],
)
def test_a_task_that_fits_nowhere_says_why(one: Driver, changes: dict[str, Any], reason: str) -> None:
    """A task without a node must stay pending with swarmkit's reason."""
    one.create("web", **changes)
    one.advance(5)
    status = one.tasks("web")[0]["Status"]
    assert (status["State"], status["Message"]) == ("pending", "pending task scheduling")
    assert status["Err"] == f"no suitable node ({reason})"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"template": {"Placement": {"MaxReplicas": 1}}}, "max replicas per node limit exceed"),
        (HOST_PORT, "host-mode port already in use on 1 node"),
        ({"template": {"Resources": {"Reservations": {"MemoryBytes": 3 * 2**30}}}}, "insufficient resources on 1 node"),
    ],
)
def test_only_the_surplus_waits(one: Driver, changes: dict[str, Any], reason: str) -> None:
    """Of two tasks for one place, one must run and the other say why it waits."""
    one.create("web", replicas=2, **changes)
    one.advance(5)
    assert sorted(one.states("web")) == ["pending", "running"]
    errors = [task["Status"].get("Err") for task in one.tasks("web")]
    assert f"no suitable node ({reason})" in errors


def test_limits_are_no_reservations(one: Driver) -> None:
    """Limits beyond what a node has must not keep a task from running."""
    one.create("web", template={"Resources": {"Limits": {"MemoryBytes": 2**50}}})
    one.advance(3)
    assert one.states("web") == ["running"]


def test_reasons_are_counted_and_joined(three: Driver) -> None:
    """Several reasons must be joined, the most frequent first, with nodes in the plural."""
    node = three.get("/nodes/a")
    spec = {**node["Spec"], "Availability": "pause"}
    assert three.call("POST", f"/nodes/a/update?version={node['Version']['Index']}", spec).status == 200
    three.create("web", template={"Placement": {"Constraints": ["node.hostname==a"]}})
    three.advance(1)
    expected = "scheduling constraints not satisfied on 2 nodes; 1 node not available for new tasks"
    assert three.tasks("web")[0]["Status"]["Err"] == f"no suitable node ({expected})"


def test_tasks_are_spread_over_the_nodes(three: Driver) -> None:
    """Six replicas on three nodes must give two a node."""
    three.create("web", replicas=6)
    three.advance(3)
    assert sorted(Counter(task["NodeID"] for task in three.tasks("web")).values()) == [2, 2, 2]


@pytest.mark.parametrize(
    "constraint", ["node.labels.disk==ssd", "node.role == manager", "node.hostname != b", "node.ip==10.97.0.1/32"]
)
def test_constraints_are_met(three: Driver, constraint: str) -> None:
    """A constraint must keep tasks on nodes that meet it; values are compared without regard to case."""
    three.create("web", replicas=3, template={"Placement": {"Constraints": [constraint, "node.hostname!=c"]}})
    three.advance(3)
    assert {task["NodeID"] for task in three.tasks("web")} == {three.get("/nodes/a")["ID"]}


def test_a_preference_spreads_over_label_values(three: Driver) -> None:
    """A spread preference must balance label values before nodes: half of the tasks go to the labelled node."""
    preference = {"Preferences": [{"Spread": {"SpreadDescriptor": "node.labels.disk"}}]}
    three.create("web", replicas=4, template={"Placement": preference})
    three.advance(3)
    on_a = [task for task in three.tasks("web") if task["NodeID"] == three.get("/nodes/a")["ID"]]
    assert len(on_a) == 2


def test_a_global_service_runs_once_a_node(three: Driver) -> None:
    """A global service must have one task on each node, without a slot, confirmed by the scheduler."""
    three.create("web", Mode={"Global": {}})
    three.advance(3)
    tasks = three.tasks("web")
    assert {task["NodeID"] for task in tasks} == {node["ID"] for node in three.get("/nodes")}
    assert all("Slot" not in task for task in tasks)
    said = {line for history in three.histories.values() for line in history.said}
    assert ("assigned", "scheduler confirmed task can run on preassigned node", "") in said


def test_a_drained_node_gives_its_tasks_away_at_once(three: Driver) -> None:
    """Draining must move tasks without the restart delay; an active node again gets nothing back by itself."""
    three.create("web", replicas=3)
    three.advance(3)
    _set_availability(three, "b", "drain")
    three.advance(4)
    assert three.states("web") == ["running"] * 3
    wanted = [task for task in three.tasks("web") if task["DesiredState"] == "running"]
    drained = three.get("/nodes/b")["ID"]
    assert drained not in {task["NodeID"] for task in wanted}
    _set_availability(three, "b", "active")
    three.advance(10)
    assert {task["ID"] for task in three.tasks("web") if task["DesiredState"] == "running"} == {
        task["ID"] for task in wanted
    }


def test_a_lost_label_rejects_the_task(three: Driver) -> None:
    """A node that no longer meets a constraint must have its task rejected, and take one again when it does."""
    three.create("web", template={"Placement": {"Constraints": ["node.labels.disk==ssd"]}})
    three.advance(3)
    _set_labels(three, "a", {})
    three.advance(1)
    first, second = three.tasks("web")
    assert first["Status"]["Message"] == "task rejected by constraint enforcer"
    assert first["Status"]["Err"] == "assigned node no longer meets constraints"
    assert second["Status"]["Err"] == "no suitable node (scheduling constraints not satisfied on 3 nodes)"
    _set_labels(three, "a", {"disk": "ssd"})
    three.advance(8)
    assert three.states("web") == ["running"]


def _set_availability(driver: Driver, name: str, availability: str) -> None:
    node = driver.get(f"/nodes/{name}")
    said = driver.call(
        "POST",
        f"/nodes/{name}/update?version={node['Version']['Index']}",
        {**node["Spec"], "Availability": availability},
    )
    assert said.status == 200, said


def _set_labels(driver: Driver, name: str, labels: dict[str, str]) -> None:
    node = driver.get(f"/nodes/{name}")
    said = driver.call(
        "POST", f"/nodes/{name}/update?version={node['Version']['Index']}", {**node["Spec"], "Labels": labels}
    )
    assert said.status == 200, said


def test_a_node_that_comes_back_gets_its_global_task(three: Driver) -> None:
    """A node that was drained before a global service was made must get a task of it when it is active again."""
    three.advance(1)

    def make(availability: str) -> None:
        node = three.get("/nodes/b")
        target = f"/nodes/b/update?version={node['Version']['Index']}"
        assert three.call("POST", target, {**node["Spec"], "Availability": availability}).status == 200

    make("drain")
    three.create("web", Mode={"Global": {}})
    three.advance(5)
    assert len(three.tasks("web")) == 2
    make("active")
    three.advance(5)
    assert three.states("web") == ["running"] * 3
