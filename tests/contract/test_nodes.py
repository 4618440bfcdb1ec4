"""Several nodes: what a manager tells of them, and where it places tasks."""

from __future__ import annotations

import pytest

from tests.contract.swarm import SECOND
from tests.contract.three import NAMES, Three

PLACEMENT = "TaskTemplate.Placement"


def test_a_manager_lists_its_nodes(three: Three) -> None:
    """Each node must be there with role, state and address; the manager is the leader, and the only one."""
    nodes = three.nodes()
    assert sorted(nodes) == list(NAMES)
    assert {name: node["Spec"]["Role"] for name, node in nodes.items()} == {
        "node1": "manager",
        "node2": "worker",
        "node3": "worker",
    }
    for node in nodes.values():
        assert node["Spec"]["Availability"] == "active"
        assert node["Status"]["State"] == "ready"
        assert node["Description"]["Platform"]["OS"] == "linux"
        assert node["Description"]["Resources"]["NanoCPUs"] >= SECOND
    leader = nodes["node1"]["ManagerStatus"]
    assert (leader["Leader"], leader["Reachability"]) == (True, "reachable")
    assert leader["Addr"] == f"{nodes['node1']['Status']['Addr']}:2377"
    assert "ManagerStatus" not in nodes["node2"]
    assert len({node["Status"]["Addr"] for node in nodes.values()}) == 3


def test_a_node_is_found_by_name_id_or_the_beginning_of_it(three: Three) -> None:
    """The host name, the id and a beginning of the id must lead to the node; ``self`` is a word of the CLI's."""
    worker = three.nodes()["node2"]["ID"]
    assert [three.api.get(f"/nodes/{one}")["ID"] for one in ("node2", worker, worker[:12])] == [worker] * 3
    assert three.api.call("GET", "/nodes/self").refusal == (404, "node self not found")


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"role": ["worker"]}, {"node2", "node3"}),
        ({"role": ["manager"]}, {"node1"}),
        ({"name": ["node2"]}, {"node2"}),
        ({"name": ["node"]}, {"node1", "node2", "node3"}),
        ({"node.label": ["zone=a"]}, {"node3"}),
        ({"node.label": ["zone"]}, {"node3"}),
    ],
)
def test_nodes_are_filtered(three: Three, filters: dict[str, list[str]], expected: set[str]) -> None:
    """Role, membership, (the beginning of) a name and a node's labels must be filters."""
    three.change("node3", Labels={"zone": "a"})
    assert {node["Description"]["Hostname"] for node in three.api.get("/nodes", filters=filters)} == expected


def test_a_node_that_was_written_is_no_longer_accepted(three: Three) -> None:
    """Writing a node's spec must make it pending for the filter, because the API has no word for its membership."""
    three.change("node3", Labels={"zone": "a"})
    for membership, expected in (("accepted", False), ("pending", True)):
        listed = three.api.get("/nodes", filters={"membership": [membership]})
        assert ("node3" in {node["Description"]["Hostname"] for node in listed}) is expected


def test_only_a_node_that_is_down_can_be_removed(three: Three) -> None:
    """A node that is ready, and the manager, must be refused in swarmkit's words; with force the manager too."""
    nodes = three.nodes()
    assert three.api.call("DELETE", "/nodes/node2").refusal == (
        400,
        f"rpc error: code = FailedPrecondition desc = node {nodes['node2']['ID']} is not down and can't be removed",
    )
    manager = nodes["node1"]["ID"]
    text = f"node {manager} is a cluster manager and is a member of the raft cluster. It must be demoted to worker "
    for query in ("", "?force=1"):
        said = three.api.call("DELETE", f"/nodes/node1{query}").refusal
        assert said == (400, f"rpc error: code = FailedPrecondition desc = {text}before removal")


def test_the_last_manager_cannot_be_demoted(three: Three) -> None:
    """Making the only manager a worker must be refused."""
    node = three.nodes()["node1"]
    target = f"/nodes/{node['ID']}/update?version={node['Version']['Index']}"
    said = three.api.call("POST", target, {**node["Spec"], "Role": "worker"})
    text = "attempting to demote the last manager of the swarm"
    assert said.refusal == (400, f"rpc error: code = FailedPrecondition desc = {text}")


def test_replicas_are_spread_evenly(three: Three) -> None:
    """Tasks must go where a service has the fewest, when it is created and when it grows."""
    three.create("web", replicas=3)
    three.settle("web", 3)
    assert three.spread("web") == {"node1": 1, "node2": 1, "node3": 1}
    assert three.swarm.update("web", {"Mode.Replicated.Replicas": 6}).status == 200
    three.settle("web", 6)
    assert three.spread("web") == {"node1": 2, "node2": 2, "node3": 2}


def test_a_smaller_service_leaves_the_fullest_nodes(three: Three) -> None:
    """Scaling down must keep the service spread."""
    three.create("web", replicas=6)
    three.settle("web", 6)
    assert three.swarm.update("web", {"Mode.Replicated.Replicas": 3}).status == 200
    three.settle("web", 3)
    assert three.spread("web") == {"node1": 1, "node2": 1, "node3": 1}


def test_a_node_with_fewer_tasks_in_total_is_preferred(three: Three) -> None:
    """With as many tasks of the service, the node with the fewest tasks must get the next one."""
    three.create("first", replicas=2, at={PLACEMENT: {"Constraints": ["node.hostname!=node3"]}})
    three.settle("first", 2)
    three.create("second")
    three.settle("second", 1)
    assert three.spread("second") == {"node3": 1}


def test_a_global_service_runs_once_on_every_node(three: Three) -> None:
    """A global service must have one task on each node, without a slot, and follow constraints and availability."""
    three.create("agent", at={"Mode": {"Global": {}}, PLACEMENT: {"Constraints": ["node.labels.skip!=yes"]}})
    tasks = three.settle("agent", 3)
    assert three.spread("agent") == {"node1": 1, "node2": 1, "node3": 1}
    assert not any("Slot" in task for task in tasks)
    three.change("node2", Availability="drain")
    three.change("node3", Labels={"skip": "yes"})
    three.settle("agent", 1)
    assert three.spread("agent") == {"node1": 1}
    three.change("node2", Availability="active")
    three.change("node3", Labels={})
    three.settle("agent", 3)
    assert three.spread("agent") == {"node1": 1, "node2": 1, "node3": 1}


def test_no_node_gets_more_than_the_most_replicas(three: Three) -> None:
    """With ``MaxReplicas`` 1, the fourth of four replicas must wait, and say why."""
    three.create("web", replicas=4, at={PLACEMENT: {"MaxReplicas": 1}})

    def waiting() -> list[str]:
        tasks = three.swarm.tasks("web")
        running = [task for task in tasks if task["Status"]["State"] == "running"]
        return [task["Status"].get("Err", "") for task in tasks if task not in running] if len(running) == 3 else []

    assert three.swarm.until(waiting, lambda found: found and all(found)) == [
        "no suitable node (max replicas per node limit exceed)"
    ]
    assert sorted(three.spread("web").values()) == [1, 1, 1]


def test_a_preference_spreads_over_the_values_of_a_label(three: Three) -> None:
    """Half of the tasks must go to each zone, however many nodes it has."""
    for name, zone in (("node1", "a"), ("node2", "a"), ("node3", "b")):
        three.change(name, Labels={"zone": zone})
    preferences = [{"Spread": {"SpreadDescriptor": "node.labels.zone"}}]
    three.create("web", replicas=4, at={PLACEMENT: {"Preferences": preferences}})
    three.settle("web", 4)
    assert three.spread("web") == {"node1": 1, "node2": 1, "node3": 2}


@pytest.mark.parametrize(
    ("constraint", "expected"),
    [
        ("node.role==worker", {"node2", "node3"}),
        ("node.hostname==node3", {"node3"}),
        ("node.hostname != node3", {"node1", "node2"}),
        ("node.hostname==NODE3", {"node3"}),
        ("node.platform.os==linux", {"node1", "node2", "node3"}),
        ("node.labels.disk==ssd", {"node2"}),
        ("node.labels.disk!=ssd", {"node1", "node3"}),
        ("node.labels.DISK==ssd", set()),
        ("engine.labels.disk==ssd", set()),
    ],
)
def test_a_constraint_chooses_nodes(three: Three, constraint: str, expected: set[str]) -> None:
    """Tasks must run on the nodes that a constraint fits, values in any case, labels as they are written."""
    three.change("node2", Labels={"disk": "ssd"})
    three.create("web", at={"Mode": {"Global": {}}, PLACEMENT: {"Constraints": [constraint]}})
    if expected:
        three.settle("web", len(expected))
    else:
        three.pause(1)
    assert set(three.spread("web")) == expected


def test_a_task_that_fits_nowhere_says_why(three: Three) -> None:
    """The reasons must be counted by node, the commonest first."""
    three.change("node2", Availability="drain")
    three.create("web", at={PLACEMENT: {"Constraints": ["node.role==worker"]}})
    three.settle("web", 1)
    three.change("node3", Availability="pause")
    three.create("late", at={PLACEMENT: {"Constraints": ["node.role==worker"]}})
    text = "no suitable node (2 nodes not available for new tasks; scheduling constraints not satisfied on 1 node)"
    three.swarm.until(lambda: [task["Status"].get("Err") for task in three.swarm.tasks("late")], lambda e: e == [text])


def test_a_drained_node_gives_its_tasks_away_at_once(three: Three) -> None:
    """Draining must stop a node's tasks and start them elsewhere without the restart delay; active moves none back."""
    three.create("web", replicas=3, at={"TaskTemplate.RestartPolicy": {"Condition": "any", "Delay": 600 * SECOND}})
    three.settle("web", 3)
    three.change("node2", Availability="drain")
    three.settle("web", 3, off={"node2"})
    assert "node2" not in three.spread("web")
    names = three.names()

    def left() -> list[tuple[str, str]]:
        on_it = (task for task in three.swarm.tasks("web") if names.get(task.get("NodeID", "")) == "node2")
        return [(task["DesiredState"], task["Status"]["State"]) for task in on_it]

    # the new task may run before the node has told that the old one has stopped
    three.swarm.until(left, lambda states: states == [("shutdown", "shutdown")])
    three.change("node2", Availability="active")
    three.pause(1)
    assert "node2" not in three.spread("web")


def test_a_paused_node_keeps_its_tasks_and_gets_no_more(three: Three) -> None:
    """Pausing must leave what runs, and a service that grows must grow elsewhere."""
    three.create("web", replicas=3)
    before = {task["ID"] for task in three.settle("web", 3)}
    three.change("node2", Availability="pause")
    assert three.swarm.update("web", {"Mode.Replicated.Replicas": 5}).status == 200
    after = {task["ID"] for task in three.settle("web", 5)}
    assert before < after
    assert three.spread("web") == {"node1": 2, "node2": 1, "node3": 2}


def test_a_label_that_goes_rejects_the_task(three: Three) -> None:
    """When a node no longer fits, its task must be rejected at once; its successor waits for a node that does."""
    three.change("node2", Labels={"disk": "ssd"})
    three.create("web", at={PLACEMENT: {"Constraints": ["node.labels.disk==ssd"]}})
    first = three.settle("web", 1)[0]["ID"]
    three.change("node2", Labels={})
    old = three.swarm.until(lambda: three.api.get(f"/tasks/{first}"), lambda task: task["DesiredState"] == "shutdown")
    assert (old["Status"]["State"], old["Status"]["Message"], old["Status"]["Err"]) == (
        "rejected",
        "task rejected by constraint enforcer",
        "assigned node no longer meets constraints",
    )

    def waiting() -> list[str]:
        return [task["Status"].get("Err", "") for task in three.swarm.tasks("web") if task["ID"] != first]

    text = "no suitable node (scheduling constraints not satisfied on 3 nodes)"
    three.swarm.until(waiting, lambda errors: errors == [text])
    three.change("node2", Labels={"disk": "ssd"})
    three.settle("web", 1)
    assert three.spread("web") == {"node2": 1}
