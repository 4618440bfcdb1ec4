"""The swarm of three real engines: it loses power, cables and each other, and comes back, and nothing of it stays."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.testbed.leftovers import traces
from tests.testbed.machine import sweep_cgroups
from tests.testbed.nodes import NAMES, ThreeNodes, address, await_that, swarm_of_three
from tests.testbed.processes import children, family
from tests.testbed.requirements import require_real

pytestmark = pytest.mark.real

ROOT = Path(__file__).parents[2]
GOSSIP = 7946
"""The port on which every node of a swarm listens to its peers."""


@pytest.fixture
def folder() -> Iterator[Path]:
    """Give an empty folder with a path short enough for a unix socket."""
    with tempfile.TemporaryDirectory(prefix="coopnb-test-") as path:
        yield Path(path)


def reaches(swarm: ThreeNodes, name: str, other: str) -> bool:
    """Tell whether one node can open a connection to another."""
    attempt = ["nsenter", f"--net={swarm.engines[name].netns}", "timeout", "1"]
    attempt += ["bash", "-c", f"exec 3<>/dev/tcp/{address(other)}/{GOSSIP}"]
    return subprocess.run(attempt, capture_output=True, timeout=10, check=False).returncode == 0


def test_three_nodes_are_ready_under_their_names(whole_nodes: ThreeNodes) -> None:
    """The manager must know three ready nodes by name and address, itself as the only manager."""
    nodes = whole_nodes.nodes()
    assert {name: node["Status"]["Addr"] for name, node in nodes.items()} == {
        "node1": "10.99.0.1",
        "node2": "10.99.0.2",
        "node3": "10.99.0.3",
    }
    assert {node["Status"]["State"] for node in nodes.values()} == {"ready"}
    assert [name for name, node in nodes.items() if "ManagerStatus" in node] == ["node1"]


def test_a_service_runs_on_all_three(whole_nodes: ThreeNodes) -> None:
    """Tasks of an image that every node has must run everywhere, on the overlay network, within seconds."""
    options = ("--detach", "--no-resolve-image", "--name", "a", "--mode", "global", "--network", "proxy")
    whole_nodes.manager.docker("service", "create", *options, "busybox:1.36", "sleep", "1000")
    for engine in whole_nodes.engines.values():
        await_that(lambda one=engine: bool(one.docker("ps", "--quiet").stdout), "a container on each node", 60)  # type: ignore[misc]


def test_a_machine_without_power_is_gone_and_comes_back_as_itself(whole_nodes: ThreeNodes) -> None:
    """A cut must end dockerd and its containers at once; with power again it must be the same node, without them."""
    engine = whole_nodes.engines["node2"]
    identity = engine.docker("info", "--format", "{{.Swarm.NodeID}}").stdout
    engine.docker("run", "--detach", "--name", "one", "busybox:1.36", "sleep", "1000")
    held = traces(family(engine.pid), engine.directory)
    whole_nodes.power_off("node2")
    assert held.left(timeout=2) == []
    assert not reaches(whole_nodes, "node1", "node2")
    again = whole_nodes.power_on("node2")
    assert again.docker("info", "--format", "{{.Swarm.NodeID}}").stdout == identity
    assert (
        again.docker("ps", "--all", "--filter", "name=one", "--format", "{{.Names}} {{.State}}").stdout
        == "one exited\n"
    )
    again.docker("rm", "one")
    await_that(lambda: reaches(whole_nodes, "node1", "node2"), "node2 back", 60)


def test_a_partition_has_two_sides(whole_nodes: ThreeNodes) -> None:
    """Nodes cut off together must see each other and nobody else, until it heals; a pulled cable must isolate one."""
    assert reaches(whole_nodes, "node1", "node2")
    whole_nodes.partition("node2", "node3")
    assert not reaches(whole_nodes, "node1", "node2")
    assert not reaches(whole_nodes, "node3", "node1")
    assert reaches(whole_nodes, "node2", "node3")
    whole_nodes.link_down("node3")
    assert not reaches(whole_nodes, "node2", "node3")
    whole_nodes.heal()
    assert reaches(whole_nodes, "node1", "node2")
    assert reaches(whole_nodes, "node3", "node1")


def test_the_swarm_is_put_right(whole_nodes: ThreeNodes) -> None:
    """Whatever a test changed of nodes and services must be as it was for the next one."""
    manager = whole_nodes.manager
    manager.docker("node", "update", "--availability", "drain", "--label-add", "zone=a", "node2")
    options = ("--detach", "--no-resolve-image", "--name", "a", "--constraint", "node.hostname == node1")
    manager.docker("service", "create", *options, "busybox:1.36", "sleep", "99")
    await_that(lambda: "sleep" in manager.docker("ps").stdout, "a container on the manager", 60)
    begin = time.monotonic()
    whole_nodes.put_right()
    assert time.monotonic() - begin < 9
    assert {node["Spec"]["Availability"] for node in whole_nodes.nodes().values()} == {"active"}
    assert not any(node["Spec"]["Labels"] for node in whole_nodes.nodes().values())
    assert manager.docker("service", "ls", "--quiet").stdout == manager.docker("ps", "--quiet").stdout == ""


def test_nothing_is_left_of_three_nodes(folder: Path) -> None:
    """After the end, no process, namespace, mount, cgroup or file of a swarm and its switch may be there."""
    require_real("three engines that are taken away again")
    directory = folder / "swarm"
    with swarm_of_three(directory) as swarm:
        outer = [swarm.switch.outer, *(machine.outer for machine in swarm.machines.values())]
        held = traces(set().union(*(family(one.pid) for one in outer if one)), directory)
        cgroups = [machine.cgroup.lstrip("/") for machine in swarm.machines.values()]
        assert len([name for name in held.namespaces if name.startswith("net:")]) >= 4
        swarm.power_off("node3")
        swarm.partition("node2")
    assert held.left(cgroups) == []
    assert not directory.exists()


def test_a_killed_test_run_leaves_only_folders(folder: Path) -> None:
    """When the process that started three nodes is killed, all they held must go, empty cgroups with the next start."""
    require_real("three engines whose test run is killed")
    directory = folder / "killed"
    script = (
        "import time; from pathlib import Path; from tests.testbed.nodes import swarm_of_three\n"
        f"with swarm_of_three(Path({str(directory)!r})): print(1, flush=True); time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        assert run.stdout.readline() == "1\n"
        started = set().union(*(family(child) for child in children(run.pid)))
        held = traces(started, directory)
        run.kill()
    assert len(held.processes) > len(NAMES) * 3
    assert held.left() == []
    sweep_cgroups()
    assert held.left([f"coopnb-{run.pid}-"]) == []
    assert sorted(path.name for path in directory.iterdir()) == list(NAMES)
