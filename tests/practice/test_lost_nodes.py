"""Nodes that are lost and come back: what the swarm says of them and of their tasks, and when."""

from __future__ import annotations

import json
from typing import Any

import pytest

from coopnb.practice.clock import EPOCH, SECOND
from coopnb.practice.routes import answer, read_request
from tests.practice.driver import Driver

PLACED = {"RestartPolicy": {"Delay": 5 * SECOND}}


def _driver() -> Driver:
    """Two replicas of a service on two of three nodes, none of them on the manager."""
    driver = Driver()
    template = {"Placement": {"Constraints": ["node.role==worker"]}, **PLACED}
    driver.create("web", "nginx:1", replicas=2, template=template)
    driver.advance(4)
    return driver


def _node(driver: Driver, hostname: str) -> dict[str, Any]:
    found: dict[str, Any] = driver.get(f"/nodes/{hostname}")
    return found


def _on(driver: Driver, hostname: str) -> list[tuple[str, str]]:
    """State and desired state of the tasks of a node, oldest first."""
    node_id = _node(driver, hostname)["ID"]
    listed = sorted(driver.get("/tasks", node=[node_id]), key=lambda task: str(task["CreatedAt"]))
    return [(task["Status"]["State"], task["DesiredState"]) for task in listed]


def _local(driver: Driver, hostname: str) -> list[tuple[str, str]]:
    """State and status of all containers of a node, as its own engine tells."""
    response = answer(driver.swarm, read_request("GET", "/containers/json?all=1", engine=hostname))
    assert response.status == 200
    return [(found["State"], found["Status"]) for found in json.loads(response.body)]


def _node_events(driver: Driver) -> list[dict[str, str]]:
    later = EPOCH // SECOND + 10**6
    lines = driver.ask("GET", f'/events?since=1&until={later}&filters={{"type":["node"]}}').body.splitlines()
    return [json.loads(line)["Actor"]["Attributes"] for line in lines]


@pytest.mark.parametrize("fault", ["node-down", "partition"])
def test_a_lost_node_is_noticed_after_its_heartbeats_failed(fault: str) -> None:
    """A node must be ready until 15.5 s after it was last heard, then down; its task stays running, unwanted."""
    driver = _driver()
    driver.swarm.faults.apply(fault, "node2")
    driver.advance(15.4)
    assert _node(driver, "node2")["Status"] == {"State": "ready", "Addr": "10.97.0.2"}
    assert _on(driver, "node2") == [("running", "running")]
    driver.advance(0.2)
    status = _node(driver, "node2")["Status"]
    assert status == {"State": "down", "Message": "heartbeat failure", "Addr": "10.97.0.2"}
    assert _on(driver, "node2") == [("running", "shutdown")]
    assert _node_events(driver)[-1] == {"name": "node2", "state.new": "down", "state.old": "ready"}


@pytest.mark.parametrize("fault", ["node-down", "partition"])
def test_the_tasks_of_a_lost_node_run_elsewhere_after_the_restart_delay(fault: str) -> None:
    """A replacement must run about 21 s after the loss: heartbeats, the restart delay, the start."""
    driver = _driver()
    driver.swarm.faults.apply(fault, "node2")
    driver.advance(20)
    assert sorted(_on(driver, "node3")) == [("ready", "ready"), ("running", "running")]
    driver.advance(1.5)
    assert _on(driver, "node3") == [("running", "running")] * 2


def test_a_partitioned_node_keeps_its_containers_until_it_hears_that_they_must_go() -> None:
    """Containers behind a partition must live on; when it heals the node is ready, and its old task is shut down."""
    driver = _driver()
    driver.swarm.faults.apply("partition", "node2")
    driver.advance(40)
    assert [state for state, _ in _local(driver, "node2")] == ["running"]
    assert _on(driver, "node2") == [("running", "shutdown")]
    driver.swarm.faults.apply("heal", "node2")
    driver.advance(3)
    assert _node(driver, "node2")["Status"] == {"State": "ready", "Addr": "10.97.0.2"}
    assert _node_events(driver)[-1] == {"name": "node2", "state.new": "ready", "state.old": "down"}
    assert _on(driver, "node2") == [("running", "shutdown")]
    driver.advance(1.5)
    assert _on(driver, "node2") == [("shutdown", "shutdown")]
    assert driver.states("web") == ["running", "running"]
    assert _on(driver, "node3").count(("running", "running")) == 2


def test_a_machine_that_boots_again_finds_its_containers_dead() -> None:
    """Containers of a machine that was off must be found ended (255), and their tasks failed."""
    driver = _driver()
    driver.swarm.faults.apply("node-down", "node2")
    driver.advance(40)
    driver.swarm.faults.apply("node-up", "node2")
    driver.advance(4)
    assert _local(driver, "node2")[0][1].startswith("Exited (255)")
    node_id = _node(driver, "node2")["ID"]
    (task,) = driver.get("/tasks", node=[node_id])
    assert (task["Status"]["State"], task["DesiredState"]) == ("failed", "shutdown")
    assert task["Status"]["Err"] == "task: non-zero exit (255)"


def test_a_short_cut_is_not_noticed() -> None:
    """A node that is heard again before its time is over must never be down, and its task must go on."""
    driver = _driver()
    driver.swarm.faults.apply("partition", "node2")
    driver.advance(12)
    driver.swarm.faults.apply("heal", "node2")
    driver.advance(60)
    assert _on(driver, "node2") == [("running", "running")]
    assert not any("state.new" in attributes for attributes in _node_events(driver))


def test_orders_and_reports_wait_for_the_node() -> None:
    """What is removed meanwhile must stay on a lost node until it returns; what failed there is reported then."""
    driver = _driver()
    driver.swarm.faults.apply("partition", "node2")
    driver.swarm.faults.apply("kill", "web.1")
    driver.swarm.faults.apply("kill", "web.2")
    driver.advance(1)
    cut = _on(driver, "node2")
    assert cut == [("running", "running")]
    assert [state for state, _ in _local(driver, "node2")] == ["exited"]
    driver.swarm.faults.apply("heal", "node2")
    driver.advance(2)
    assert ("failed", "shutdown") in _on(driver, "node2")
    driver.advance(10)
    driver.swarm.faults.apply("partition", "node2")
    driver.call("DELETE", "/services/web")
    driver.advance(10)
    assert [state for state, _ in _local(driver, "node2")].count("running") == 1
    driver.swarm.faults.apply("heal", "node2")
    driver.advance(10)
    assert _local(driver, "node2") == []
    assert driver.get("/tasks") == []


def test_the_tasks_of_a_node_that_never_returns_are_orphaned() -> None:
    """After a day down the tasks of a node must be orphaned."""
    driver = _driver()
    driver.swarm.faults.apply("node-down", "node2")
    driver.advance(24 * 3600)
    assert _on(driver, "node2") == [("running", "shutdown")]
    driver.advance(20)
    assert _on(driver, "node2") == [("orphaned", "shutdown")]


def test_a_node_that_was_assigned_a_task_while_it_was_lost_begins_when_it_returns() -> None:
    """A task that a lost node was given must stay assigned until the node is back, and then run."""
    driver = _driver()
    driver.swarm.faults.apply("partition", "node2")
    driver.create("late", template={"Placement": {"Constraints": ["node.hostname==node2"]}})
    driver.advance(5)
    assert driver.states("late") == ["assigned"]
    driver.swarm.faults.apply("heal", "node2")
    driver.advance(3)
    assert driver.states("late") == ["running"]


def test_while_the_manager_is_lost_workers_run_on_and_nothing_is_orchestrated() -> None:
    """Without a manager engines of workers must answer for themselves, containers live, and nothing be replaced."""
    driver = _driver()
    driver.create("more", replicas=1, template={"Placement": {"Constraints": ["node.role==manager"]}})
    driver.advance(3)
    swarm = driver.swarm
    assert not swarm.engine_down("node1")
    swarm.faults.apply("manager-down")
    assert swarm.engine_down() and swarm.engine_down("node1") and not swarm.engine_down("node2")
    before = swarm.store.index
    swarm.faults.apply("kill", "web.1")
    driver.advance(120)
    assert swarm.store.index == before
    assert sorted(state for name in ("node2", "node3") for state, _ in _local(driver, name)) == ["exited", "running"]


def test_a_manager_that_returns_catches_up() -> None:
    """On its return nodes must be unknown until they register, what failed is replaced, its own tasks run anew."""
    driver = _driver()
    driver.create("more", template={"Placement": {"Constraints": ["node.role==manager"]}, **PLACED})
    driver.advance(3)
    driver.swarm.faults.apply("manager-down")
    driver.swarm.faults.apply("kill", "web.1")
    driver.advance(120)
    driver.swarm.faults.apply("manager-up")
    status = _node(driver, "node2")["Status"]
    assert status["State"] == "unknown"
    assert status["Message"] == 'Node moved to "unknown" state due to leadership change in cluster'
    driver.advance(4)
    assert {node["Status"]["State"] for node in driver.get("/nodes")} == {"ready"}
    assert [task["Status"].get("Err") for task in driver.tasks("more")][:1] == ["task: non-zero exit (255)"]
    driver.advance(12)
    assert driver.states("web") == ["running", "running"]
    assert driver.states("more") == ["running"]


def test_a_node_that_does_not_return_with_the_manager_is_down() -> None:
    """A node that never registers with the returned manager must be down, for the reason swarmkit gives."""
    driver = _driver()
    driver.swarm.faults.apply("manager-down")
    driver.advance(30)
    driver.swarm.faults.apply("node-down", "node3")
    driver.swarm.faults.apply("manager-up")
    driver.advance(16)
    status = _node(driver, "node3")["Status"]
    assert (status["State"], status["Message"]) == ("down", 'heartbeat failure for node in "unknown" state')


def test_a_manager_that_is_cut_off_sees_everybody_leave() -> None:
    """When the manager itself is cut off every other node must be down, and all must run where it is."""
    driver = Driver()
    driver.create("web", replicas=3, template=PLACED)
    driver.advance(3)
    driver.swarm.faults.apply("partition", "node1")
    driver.advance(25)
    assert [node["Status"]["State"] for node in driver.get("/nodes")] == ["ready", "down", "down"]
    assert [pair for pair in _on(driver, "node1") if pair[1] == "running"] == [("running", "running")] * 3


def test_the_logs_of_a_lost_node_are_missing_and_that_is_said() -> None:
    """Logs must come from the nodes that can be asked, and end with swarm's warning about those that cannot."""
    driver = _driver()
    target = "/services/web/logs?stdout=1"
    whole = driver.ask("GET", target).body
    driver.swarm.faults.apply("partition", "node2")
    body = driver.ask("GET", target).body
    lost = driver.get("/nodes/node2")["ID"]
    words = "Error grabbing logs: rpc error: code = Unknown desc = warning: incomplete log stream. some logs could "
    words += f"not be retrieved for the following reasons: node {lost} is not available\n"
    head, _, tail = body.partition(words.encode()[:10])
    assert head[-8:-4] == b"\x03\x00\x00\x00"
    assert words.encode()[:10] + tail == words.encode()
    assert whole.count(b"nginx started") == 2
    assert body.count(b"nginx started") == 1
    driver.swarm.faults.apply("heal", "node2")
    driver.advance(2)
    assert driver.ask("GET", target).body == whole
