"""Which nodes tasks go to, rule by rule after swarmkit's manager/scheduler (nodeset.go, scheduler.go)."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from coopnb.practice.clock import MINUTE, SECOND
from coopnb.practice.objects import Task
from coopnb.practice.store import Change
from tests.practice.driver import Driver, world_of

IMAGES: list[dict[str, Any]] = [{"match": "crash:*", "behaviour": "crash", "crash_after": 0.1, "exit_code": 1}]
GIB = 2**30


def swarm(directory: Path, *nodes: dict[str, Any]) -> Driver:
    """A swarm of these nodes; the first is the manager."""
    first, *others = nodes
    return Driver(world_of(directory, nodes=[{"role": "manager", **first}, *others], images=IMAGES))


def zones(directory: Path, *names: str) -> Driver:
    """A swarm with a node for each name, which is the node's zone; several may be in one."""
    return swarm(directory, *({"hostname": f"n{at}", "labels": {"zone": name}} for at, name in enumerate(names)))


def count(driver: Driver, name: str, label: str = "") -> dict[str, int]:
    """How many tasks of a service are meant to run, by hostname or by a node label's value."""
    nodes = {node["ID"]: node for node in driver.get("/nodes")}
    wanted = [
        task for task in driver.tasks(name) if task["DesiredState"] in ("running", "ready") and task.get("NodeID")
    ]
    places = [nodes[task["NodeID"]] for task in wanted]
    return dict(Counter(node["Spec"]["Labels"][label] if label else node["Description"]["Hostname"] for node in places))


def spread(*labels: str) -> dict[str, Any]:
    """A template that spreads over labels, one level each."""
    return {
        "Placement": {"Preferences": [{"Spread": {"SpreadDescriptor": f"node.labels.{label}"}} for label in labels]}
    }


def given_to(driver: Driver, name: str) -> list[str]:
    """A list that grows with the hostname of the node for each task of a service that the scheduler gives away."""
    hosts = {node["ID"]: node["Description"]["Hostname"] for node in driver.get("/nodes")}
    found: list[str] = []

    def note(change: Change) -> None:
        old, new = change.old, change.new
        if isinstance(old, Task) and isinstance(new, Task) and new.service_name == name and not old.node_id:
            found.extend([hosts[new.node_id]] if new.node_id else [])

    driver.swarm.store.watch(note)
    return found


def reserve(memory: int) -> dict[str, Any]:
    """A template that reserves memory."""
    return {"Resources": {"Reservations": {"MemoryBytes": memory}}}


def test_nodes_with_fewer_tasks_of_the_service_come_first(tmp_path: Path) -> None:
    """Tasks of the same service must count before tasks of others."""
    driver = swarm(tmp_path, {"hostname": "a"}, {"hostname": "b"})
    driver.create("busy", replicas=4, template={"Placement": {"Constraints": ["node.hostname==b"]}})
    driver.create("web", template={"Placement": {"Constraints": ["node.hostname==a"]}})
    driver.advance(2)
    driver.update("web", lambda spec: spec["TaskTemplate"].pop("Placement"))
    driver.update("web", lambda spec: spec["Mode"]["Replicated"].update(Replicas=2))
    driver.advance(2)
    assert count(driver, "web") == {"a": 1, "b": 1}


def test_among_equals_the_emptier_node_comes_first(tmp_path: Path) -> None:
    """With as many tasks of the service the node with fewer tasks in all must be taken."""
    driver = swarm(tmp_path, {"hostname": "a"}, {"hostname": "b"}, {"hostname": "c"})
    driver.create("busy", replicas=2, template={"Placement": {"Constraints": ["node.hostname!=b"]}})
    driver.advance(2)
    driver.create("web")
    driver.advance(2)
    assert count(driver, "web") == {"b": 1}


def test_a_group_fills_up_what_is_behind(tmp_path: Path) -> None:
    """New tasks of a service must first go where it has fewest, until its nodes are even, then round about."""
    driver = swarm(tmp_path, {"hostname": "a"}, {"hostname": "b"}, {"hostname": "c"})
    driver.create("web", replicas=4, template={"Placement": {"Constraints": ["node.hostname!=c"]}})
    driver.advance(2)
    driver.update(
        "web", lambda spec: (spec["TaskTemplate"].pop("Placement"), spec["Mode"]["Replicated"].update(Replicas=9))
    )
    driver.advance(30)
    assert count(driver, "web") == {"a": 3, "b": 3, "c": 3}


def test_a_node_on_which_a_spec_keeps_failing_is_avoided(tmp_path: Path) -> None:
    """Five failures within five minutes must make other nodes preferred, for this spec of this service alone."""
    driver = swarm(tmp_path, {"hostname": "a"}, {"hostname": "b"})
    driver.create("busy", replicas=3, template={"Placement": {"Constraints": ["node.hostname==b"]}})
    driver.create("web", "crash:1", template={"RestartPolicy": {"Delay": SECOND}})
    where = given_to(driver, "web")
    driver.advance(14)
    assert where[:6] == ["a"] * 5 + ["b"]
    driver.create("other")
    driver.advance(2)
    assert count(driver, "other") == {"a": 1}


def test_failures_are_forgotten_after_five_minutes(tmp_path: Path) -> None:
    """A node must be as good as any other when its failures are older than five minutes."""
    driver = swarm(tmp_path, {"hostname": "a"}, {"hostname": "b"})
    driver.create("busy", replicas=3, template={"Placement": {"Constraints": ["node.hostname==b"]}})
    slow = {"RestartPolicy": {"Delay": 2 * MINUTE}}
    driver.create("web", "crash:1", template=slow)
    driver.advance(20 * 60)
    hosts = {node["ID"]: node["Description"]["Hostname"] for node in driver.get("/nodes")}
    assert {hosts[task["NodeID"]] for task in driver.tasks("web")} == {"a"}


def test_zones_are_evened_out_before_nodes(tmp_path: Path) -> None:
    """With a spread preference each value must get as many tasks, however many nodes it has."""
    driver = zones(tmp_path, "x", "y", "y", "y")
    driver.create("web", replicas=6, template=spread("zone"))
    driver.advance(2)
    assert count(driver, "web", "zone") == {"x": 3, "y": 3}


def test_what_runs_already_counts_for_its_zone(tmp_path: Path) -> None:
    """Scaling up must bring the zones even, counting the tasks that are there."""
    driver = zones(tmp_path, "x", "y")
    driver.create("web", replicas=3, template={**spread("zone"), "RestartPolicy": {"Condition": "none"}})
    driver.advance(2)
    before = count(driver, "web", "zone")
    driver.update("web", lambda spec: spec["Mode"]["Replicated"].update(Replicas=6))
    driver.advance(2)
    assert sorted(before.values()) == [1, 2]
    assert count(driver, "web", "zone") == {"x": 3, "y": 3}


def test_preferences_nest(tmp_path: Path) -> None:
    """A second preference must spread the share of each value of the first."""
    rows = [("x", "1"), ("x", "1"), ("x", "2"), ("y", "3")]
    driver = swarm(
        tmp_path, *({"hostname": f"n{at}", "labels": {"zone": z, "rack": r}} for at, (z, r) in enumerate(rows))
    )
    driver.create("web", replicas=8, template=spread("zone", "rack"))
    driver.advance(2)
    assert count(driver, "web", "zone") == {"x": 4, "y": 4}
    assert count(driver, "web", "rack") == {"1": 2, "2": 2, "3": 4}


def test_a_full_zone_leaves_its_share_to_the_others(tmp_path: Path) -> None:
    """What does not fit into one zone must go to the others."""
    driver = swarm(
        tmp_path,
        {"hostname": "a", "labels": {"zone": "x"}, "memory": "1GiB"},
        {"hostname": "b", "labels": {"zone": "y"}, "memory": "8GiB"},
    )
    driver.create("web", replicas=6, template={**spread("zone"), **reserve(GIB)})
    driver.advance(2)
    assert count(driver, "web") == {"a": 1, "b": 5}


def test_a_node_without_the_label_is_a_zone_of_its_own(tmp_path: Path) -> None:
    """Nodes without the label must share one branch, that of the empty value."""
    driver = swarm(tmp_path, {"hostname": "a", "labels": {"zone": "x"}}, {"hostname": "b"}, {"hostname": "c"})
    driver.create("web", replicas=4, template=spread("zone"))
    driver.advance(2)
    found = count(driver, "web")
    assert found["a"] == 2
    assert found["b"] + found["c"] == 2


def test_other_descriptors_are_passed_over(tmp_path: Path) -> None:
    """A preference for anything but node and engine labels must change nothing."""
    driver = zones(tmp_path, "x", "y", "y")
    template = {"Placement": {"Preferences": [{"Spread": {"SpreadDescriptor": "node.hostname"}}]}}
    driver.create("web", replicas=3, template=template)
    driver.advance(2)
    assert count(driver, "web") == {"n0": 1, "n1": 1, "n2": 1}


@pytest.mark.parametrize(("replicas", "waiting"), [(4, 0), (5, 1)])
def test_reservations_fill_nodes(tmp_path: Path, replicas: int, waiting: int) -> None:
    """Reserved memory must be what is counted, and what does not fit must wait."""
    driver = swarm(tmp_path, {"hostname": "a", "memory": "3GiB"}, {"hostname": "b", "memory": "1GiB"})
    driver.create("web", replicas=replicas, template=reserve(GIB))
    driver.advance(2)
    assert count(driver, "web") == {"a": 3, "b": 1}
    errors = [task["Status"].get("Err") for task in driver.tasks("web")]
    assert errors.count("no suitable node (insufficient resources on 2 nodes)") == waiting


def test_generic_resources_are_missed(tmp_path: Path) -> None:
    """A task that reserves a generic resource must not go to a node that has none of it."""
    driver = swarm(tmp_path, {"hostname": "a"})
    wanted = [{"DiscreteResourceSpec": {"Kind": "gpu", "Value": 1}}]
    driver.create("web", template={"Resources": {"Reservations": {"GenericResources": wanted}}})
    driver.advance(2)
    assert driver.tasks("web")[0]["Status"]["Err"] == "no suitable node (insufficient resources on 1 node)"


def test_generic_resources_are_shared_out(tmp_path: Path) -> None:
    """Tasks must go where a generic resource is left, and wait when all of it is reserved."""
    driver = swarm(tmp_path, {"hostname": "a"}, {"hostname": "b", "generic": {"gpu": 3}})
    wanted = [{"DiscreteResourceSpec": {"Kind": "gpu", "Value": 2}}]
    template = {"Resources": {"Reservations": {"GenericResources": wanted}}}
    driver.create("web", replicas=2, template=template)
    driver.advance(2)
    assert count(driver, "web") == {"b": 1}
    shown = driver.get("/nodes/b")["Description"]["Resources"]["GenericResources"]
    assert shown == [{"DiscreteResourceSpec": {"Kind": "gpu", "Value": 3}}]


def test_replicas_a_node_are_limited(tmp_path: Path) -> None:
    """With a limit of replicas a node no node must get more, not even while the others are full."""
    driver = swarm(tmp_path, {"hostname": "a"}, {"hostname": "b"})
    driver.create("web", replicas=5, template={"Placement": {"MaxReplicas": 2}})
    driver.advance(2)
    assert count(driver, "web") == {"a": 2, "b": 2}


@pytest.mark.parametrize(
    ("platform", "fits"),
    [
        ({"Architecture": "amd64", "OS": "linux"}, True),
        ({"Architecture": "x86_64", "OS": "linux"}, True),
        ({"Architecture": "", "OS": "linux"}, True),
        ({"Architecture": "amd64", "OS": ""}, True),
        ({"Architecture": "AMD64", "OS": "linux"}, False),
        ({"Architecture": "arm64", "OS": "linux"}, False),
        ({"Architecture": "amd64", "OS": "windows"}, False),
    ],
)
def test_platforms_are_compared_exactly(tmp_path: Path, platform: dict[str, str], fits: bool) -> None:
    """x86_64 must be amd64, an empty field must mean any, and case must matter."""
    driver = swarm(tmp_path, {"hostname": "a"})
    driver.create("web", template={"Placement": {"Platforms": [platform]}})
    driver.advance(2)
    assert (driver.states("web") == ["running"]) is fits


@pytest.mark.parametrize(
    ("constraint", "fits"),
    [
        ("node.labels.zone==X", True),
        ("NODE.LABELS.zone==x", True),
        ("node.labels.Zone==x", False),
        ("node.labels.none!=x", True),
        ("node.labels.==x", False),
        ("node.platform.arch==x86_64", True),
        ("node.platform.arch==amd64", False),
        ("node.ip==10.97.0.1", True),
        ("node.ip==10.97.0.0/24", True),
        ("node.ip!=10.98.0.0/24", True),
        ("node.ip!=nonsense", False),
        ("node.unknown!=x", False),
    ],
)
def test_constraints_are_read_as_swarmkit_reads_them(tmp_path: Path, constraint: str, fits: bool) -> None:
    """Values must be compared without case, label names with it; what is unknown or malformed no node meets."""
    driver = zones(tmp_path, "x")
    driver.create("web", template={"Placement": {"Constraints": [constraint]}})
    driver.advance(2)
    assert (driver.states("web") == ["running"]) is fits
