"""What happens to all tasks of a node: it is paused, drained, and active again. Comes last, for nothing survives it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contract.garden import Garden
from tests.contract.swarm import Swarm

NO_NODE = "no suitable node (1 node not available for new tasks)"
NAMES = ("stays", "everywhere2", "newcomer")


@pytest.fixture(scope="module")
def story(swarm: Swarm) -> Iterator[Garden]:
    """A replicated and a global service meet a pause, a drain, and the node's return."""
    garden = Garden(swarm)

    def told(_garden: Garden):  # type: ignore[no-untyped-def]
        swarm.create("stays", "t/well:1")
        swarm.create("everywhere2", "t/well:1", Mode={"Global": {}})
        yield lambda: garden.running("stays") and garden.running("everywhere2")
        make(swarm, "pause")
        swarm.create("newcomer", "t/well:1")
        yield lambda: any(life.error for life in garden.now("newcomer"))
        garden.kept["paused"] = [life.state for life in garden.told("stays") + garden.told("everywhere2")]
        garden.kept["waiting"] = [(life.state, life.error) for life in garden.told("newcomer")]
        make(swarm, "drain")
        yield (
            lambda: (
                garden.ended("stays", "shutdown")
                and garden.ended("everywhere2", "shutdown")
                and any(life.error for life in garden.now("stays"))
            )
        )
        garden.kept["drained"] = [(life.state, life.error) for life in garden.told("stays")]
        garden.kept["drained everywhere"] = [life.state for life in garden.told("everywhere2")]
        make(swarm, "active")
        yield lambda: all(garden.running(name) for name in NAMES)

    garden.grow([told], seconds=200)
    yield garden
    make(swarm, "active")
    swarm.remove(*NAMES, gone=True)


def make(swarm: Swarm, availability: str) -> None:
    """Set the only node's availability."""
    (node,) = swarm.api.get("/nodes")
    spec = {**node["Spec"], "Availability": availability}
    swarm.api.post(f"/nodes/{node['ID']}/update", spec, version=node["Version"]["Index"])


def test_a_pause_keeps_what_runs(story: Garden) -> None:
    """A paused node must keep its tasks."""
    assert not story.unfinished
    assert story.kept["paused"] == ["running", "running"]


def test_a_paused_node_takes_nothing_new(story: Garden) -> None:
    """A new task must stay pending, and say that the node takes none."""
    assert story.kept["waiting"] == [("pending", NO_NODE)]


def test_a_drain_stops_what_runs(story: Garden) -> None:
    """A drained node must stop its tasks; a replicated one is followed by one that waits, a global one is not."""
    assert story.kept["drained"] == [("shutdown", ""), ("pending", NO_NODE)]
    assert story.kept["drained everywhere"] == ["shutdown"]


def test_an_active_node_gets_its_tasks_back(story: Garden) -> None:
    """What waits must run, and the global service get a task again."""
    assert not story.unfinished
    assert [life.state for life in story.told("stays")] == ["shutdown", "running"]
    assert [life.state for life in story.told("everywhere2")] == ["shutdown", "running"]
    assert story.told("newcomer")[-1].state == "running"
