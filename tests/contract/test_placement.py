"""Where tasks go, and why some go nowhere."""

from __future__ import annotations

import pytest

from tests.contract.garden import Garden, Life
from tests.contract.swarm import Swarm

REASONS = {
    "constrained": "scheduling constraints not satisfied on 1 node",
    "hungry": "insufficient resources on 1 node",
    "starving": "insufficient resources on 1 node",
    "foreign": "unsupported platform on 1 node",
    "logless": "missing plugin on 1 node",
    "host_port": "host-mode port already in use on 1 node",
    "per_node": "max replicas per node limit exceed",
}


def waiting(garden: Garden, story: str) -> Life:
    """The task of a story that found no node."""
    assert story not in garden.unfinished, garden.unfinished[story]
    found = [life for life in garden.told(story) if life.state == "pending"]
    assert len(found) == 1, garden.told(story)
    return found[0]


@pytest.mark.parametrize(("story", "reason"), REASONS.items())
def test_a_task_without_a_node_says_why(garden: Garden, story: str, reason: str) -> None:
    """A task that no node takes must stay pending, wanted running, without a node, with swarmkit's reason."""
    life = waiting(garden, story)

    assert life.error == f"no suitable node ({reason})"
    assert (life.desired, life.node) == (["running"], "")
    assert life.messages["pending"] == "pending task scheduling"


@pytest.mark.parametrize("story", ["host_port", "per_node"])
def test_the_other_replica_runs(garden: Garden, story: str) -> None:
    """What a node can have once must run once."""
    waiting(garden, story)

    assert sorted(life.state for life in garden.told(story)) == ["pending", "running"]


def test_a_global_service_has_a_task_a_node(garden: Garden, swarm: Swarm) -> None:
    """The task must have no slot, and its container be named after node and task."""
    (life,) = garden.told("everywhere")
    (found,) = swarm.api.get("/containers/json", all=1, filters={"id": [life.container]})

    assert (life.slot, life.state) == (0, "running")
    assert "Slot" not in life.last
    assert found["Names"] == [f"/everywhere.{life.node}.{life.id}"]


def test_a_global_service_without_a_node_has_no_task(garden: Garden) -> None:
    """Of a global service that no node may have there must be no task at all, pending ones neither."""
    assert "nowhere" not in garden.unfinished
    assert garden.told("nowhere") == []


def test_constraints_that_are_met_do_not_hinder(garden: Garden) -> None:
    """Blanks around the operator, another case of the value, and an unequal label that is not there must be met."""
    assert [life.state for life in garden.told("placed")] == ["running"]


def test_a_pending_task_gives_way_to_an_update(garden: Garden) -> None:
    """A task that waits for a node must be shut down, without its reason, when a spec that fits comes."""
    assert "housed_late" not in garden.unfinished
    old, new = garden.told("housed_late")

    assert (old.state, old.desired[-1], old.error) == ("shutdown", "shutdown", "")
    assert new.state == "running"


def test_a_constraint_that_is_not_met_any_more_leaves_a_pending_task(garden: Garden) -> None:
    """An update to a constraint that no node meets must stop the old task, and leave the update under way."""
    assert "evicted" not in garden.unfinished
    old, new = garden.told("evicted")

    assert (old.state, old.desired[-1]) == ("shutdown", "shutdown")
    assert (new.state, new.error) == ("pending", "no suitable node (scheduling constraints not satisfied on 1 node)")
    assert garden.updates["evicted"] == [("updating", "update in progress")]
