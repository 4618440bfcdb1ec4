"""A worker's engine knows itself, and sends everybody who asks for the swarm's state to a manager."""

from __future__ import annotations

import pytest

from tests.contract.three import Three

NO_MANAGER = (
    "This node is not a swarm manager. Worker nodes can't be used to view or modify cluster state. "
    "Please run this command on a manager node or promote the current node to a manager."
)
"""daemon/cluster/errors.go of moby."""

FOR_MANAGERS = [
    "GET /services",
    "GET /services/x",
    "POST /services/create",
    "POST /services/x/update?version=1",
    "DELETE /services/x",
    "GET /services/x/logs?stdout=1",
    "GET /tasks",
    "GET /tasks/x",
    "GET /nodes",
    "GET /nodes/x",
    "GET /nodes/self",
    "POST /nodes/x/update?version=1",
    "DELETE /nodes/x",
    "GET /secrets",
    "GET /secrets/x",
    "POST /secrets/create",
    "DELETE /secrets/x",
    "GET /configs",
    "GET /configs/x",
    "POST /configs/create",
    "DELETE /configs/x",
    "GET /swarm",
    "GET /swarm/unlockkey",
    "POST /swarm/update?version=1",
]


@pytest.mark.parametrize("call", FOR_MANAGERS)
def test_a_worker_sends_to_a_manager(three: Three, call: str) -> None:
    """What only a manager knows must be refused by a worker with 503 and dockerd's words."""
    method, target = call.split(" ", 1)
    body: dict[str, str] | None = {} if method == "POST" else None
    assert three.engines["node2"].call(method, target, body).refusal == (503, NO_MANAGER)


ALREADY = 'This node is already part of a swarm. Use "docker swarm leave" to leave this swarm and join another one.'
OWN_NETWORKS = "Cannot create a multi-host network from a worker node. Please create the network from a manager node."
LEAVING = (
    "You are attempting to leave the swarm on a node that is participating as a manager. Removing the last manager "
    "erases all current state of the swarm. Use `--force` to ignore this message. "
)


def test_a_worker_makes_no_overlay_networks(three: Three) -> None:
    """Networks of the swarm must be made on a manager, and are unknown to a worker that has no task on them."""
    worker = three.engines["node2"]
    assert worker.call("POST", "/networks/create", {"Name": "own", "Driver": "overlay"}).refusal == (403, OWN_NETWORKS)
    assert worker.call("GET", "/networks/proxy").refusal == (404, "network proxy not found")
    assert {"bridge", "host", "none"} <= {network["Name"] for network in worker.get("/networks")}


@pytest.mark.parametrize("name", ["node1", "node2"])
def test_a_member_cannot_join_a_swarm(three: Three, name: str) -> None:
    """Manager and worker alike must be told to leave first."""
    body = {"ListenAddr": "0.0.0.0:2377", "RemoteAddrs": ["192.0.2.1:2377"], "JoinToken": "x"}
    assert three.engines[name].call("POST", "/swarm/join", body).refusal == (503, ALREADY)


def test_the_last_manager_does_not_leave_without_force(three: Three) -> None:
    """Leaving would erase the swarm, and must be refused with a warning."""
    assert three.api.call("POST", "/swarm/leave").refusal == (503, LEAVING)


def test_a_worker_says_that_it_is_one(three: Three) -> None:
    """Its info must show it as active and without control, and name the manager."""
    manager, worker = (three.engines[name].get("/info")["Swarm"] for name in ("node1", "node2"))
    assert worker["LocalNodeState"] == manager["LocalNodeState"] == "active"
    assert (worker["ControlAvailable"], manager["ControlAvailable"]) == (False, True)
    assert [one["NodeID"] for one in worker["RemoteManagers"]] == [manager["NodeID"]]
    assert worker["NodeID"] == three.nodes()["node2"]["ID"]
    assert worker.keys() == {"NodeID", "NodeAddr", "LocalNodeState", "ControlAvailable", "Error", "RemoteManagers"}
    assert manager.keys() - worker.keys() == {"Nodes", "Managers", "Cluster"}
    assert three.engines["node2"].get("/info")["Name"] == "node2"


def test_an_engine_lists_its_own_containers(three: Three) -> None:
    """Each node's engine must list the containers of its tasks and of nobody else's; one of another is not found."""
    three.create("web", 3)
    tasks = three.settle("web", 3)
    names = three.names()
    there = {names[task["NodeID"]]: task["Status"]["ContainerStatus"]["ContainerID"] for task in tasks}
    for name, engine in three.engines.items():
        listed = engine.get("/containers/json", filters={"label": ["com.docker.swarm.service.name=web"]})
        assert [one["Id"] for one in listed] == [there[name]]
        for other, container in there.items():
            assert engine.call("GET", f"/containers/{container}/json").status == (200 if other == name else 404)


def test_a_manager_tells_logs_of_all_nodes(three: Three) -> None:
    """A service's logs must come from every node, through the manager; a worker's engine has its own container's."""
    three.create("web", 3, {"TaskTemplate.ContainerSpec.Command": ["sh", "-c", "echo hello; sleep 1000"]})
    tasks = three.settle("web", 3)

    def lines() -> int:
        return three.api.call("GET", "/services/web/logs?stdout=1&tail=all").data.count(b"hello")

    three.swarm.until(lines, lambda count: count == 3, 15)
    names = three.names()
    for task in tasks:
        container = task["Status"]["ContainerStatus"]["ContainerID"]
        own = three.engines[names[task["NodeID"]]].call("GET", f"/containers/{container}/logs?stdout=1")
        assert own.data.count(b"hello") == 1
