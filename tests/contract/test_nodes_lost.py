"""Nodes that are lost and come back: one story on each kind of swarm, and what is to be seen at each of its moments.

``node2`` loses its power and ``node3`` its cable at the same moment; the manager notices both only by their silence.
Later both come back, in the same order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.contract.api import Api
from tests.contract.swarm import SECOND
from tests.contract.three import Three

HEARTBEATS = (10.0, 17.0)
"""A worker is given up 15.5 s after its last heartbeat, and sends one every 4.5 to 5 s."""

DELAY = 2.0
"""Of the service's restart policy, seconds."""

Task = dict[str, Any]


@dataclass(slots=True)
class Story:
    """What was seen, moment by moment; times in seconds by the manager's clock."""

    began: float = 0.0
    soon: dict[str, str] = field(default_factory=dict)
    running_soon: int = 0
    first: frozenset[str] = frozenset()
    down: float = 0.0
    nodes_down: dict[str, dict[str, Any]] = field(default_factory=dict)
    tasks_down: list[Task] = field(default_factory=list)
    replaced: float = 0.0
    tasks_replaced: list[Task] = field(default_factory=list)
    behind_the_cut: list[str] = field(default_factory=list)
    local_state: str = ""
    refused: tuple[int, str] = (0, "")
    back: dict[str, float] = field(default_factory=dict)
    tasks_back: list[Task] = field(default_factory=list)
    containers_back: list[str] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)

    def of(self, tasks: list[Task], node: str) -> list[Task]:
        """The tasks of a node."""
        return [task for task in tasks if self.names.get(task.get("NodeID", "")) == node]


@pytest.fixture(scope="module")
def story(any_three: Three) -> Iterator[Story]:
    """Tell it once, with three replicas, one on each node."""
    three, seen = any_three, Story()
    three.tidy()
    three.create("web", 3, {"TaskTemplate.RestartPolicy": {"Condition": "any", "Delay": round(DELAY * SECOND)}})
    seen.first = frozenset(task["ID"] for task in three.settle("web", 3))
    seen.names, seen.began = three.names(), three.now()
    try:
        three.power_off("node2")
        three.cut("node3")
        three.pause(5)
        seen.soon = three.states()
        seen.running_soon = len([task for task in three.swarm.tasks("web") if task["DesiredState"] == "running"])
        seen.down = three.await_states({"node2": "down", "node3": "down"}) - seen.began
        seen.nodes_down, seen.tasks_down = three.nodes(), three.swarm.tasks("web")
        seen.tasks_replaced = three.settle("web", 3, off={"node2", "node3"})
        seen.replaced = three.now() - seen.began
        seen.behind_the_cut = three.containers("node3", "web")
        seen.local_state = three.engines["node3"].get("/info")["Swarm"]["LocalNodeState"]
        seen.refused = three.engines["node3"].call("GET", "/services").refusal
        for name, back in (("node2", three.power_on), ("node3", three.mend)):
            begin = three.now()
            back(name)
            seen.back[name] = three.await_states({name: "ready"}) - begin
        seen.tasks_back = three.swarm.until(lambda: three.swarm.tasks("web"), stopped)
        three.swarm.until(lambda: three.containers("node3", "web"), lambda states: "running" not in states)
        seen.containers_back = three.containers("node3", "web") + three.containers("node2", "web")
        seen.events = node_events(three.api, seen.began, three.now())
    finally:
        for name, back in (("node2", three.power_on), ("node3", three.mend)):
            if name not in seen.back:
                back(name)
    yield seen
    three.tidy()


def stopped(tasks: list[Task]) -> bool:
    """Whether no task runs that should not."""
    return not any(task["Status"]["State"] == "running" for task in tasks if task["DesiredState"] == "shutdown")


def node_events(api: Api, since: float, until: float) -> list[dict[str, Any]]:
    """The events of nodes between two moments."""
    said = api.call("GET", "/events", since=f"{since:.3f}", until=f"{until:.3f}", filters={"type": ["node"]})
    return [event["Actor"]["Attributes"] for event in said.lines]


def test_a_short_silence_is_not_noticed(story: Story) -> None:
    """Five seconds after the loss all nodes must still be ready, and nothing be replaced."""
    assert story.soon == {"node1": "ready", "node2": "ready", "node3": "ready"}
    assert story.running_soon == 3


def test_a_silent_node_is_down_after_three_heartbeats(story: Story) -> None:
    """Both nodes must be down 15.5 s after their last heartbeat, with swarmkit's message and the address they had."""
    assert HEARTBEATS[0] < story.down < HEARTBEATS[1]
    for name in ("node2", "node3"):
        status = story.nodes_down[name]["Status"]
        assert (status["State"], status["Message"]) == ("down", "heartbeat failure")
        assert status["Addr"]
        assert story.nodes_down[name]["Spec"]["Availability"] == "active"


def test_a_task_of_a_lost_node_is_shown_as_it_was_last_heard_of(story: Story) -> None:
    """It must be wanted shut down, and still be running as far as anybody knows; the node1's own is untouched."""
    first = [task for task in story.tasks_down if task["ID"] in story.first]
    for name in ("node2", "node3"):
        # of two nodes the one that is given up last may be given the other's replacement first
        (task,) = story.of(first, name)
        assert (task["DesiredState"], task["Status"]["State"]) == ("shutdown", "running")
        assert task["Status"]["Message"] == "started"
    (stayed,) = story.of(first, "node1")
    assert stayed["ID"] in {task["ID"] for task in story.of(story.tasks_replaced, "node1")}


def test_replacements_run_after_the_restart_delay(story: Story) -> None:
    """The lost replicas must run on the node that is left, the restart delay after the loss was noticed."""
    assert [story.names[task["NodeID"]] for task in story.tasks_replaced] == ["node1"] * 3
    assert DELAY <= story.replaced - story.down < DELAY + 4
    assert sorted(task["Slot"] for task in story.tasks_replaced) == [1, 2, 3]


def test_a_node_that_is_cut_off_goes_on_working(story: Story) -> None:
    """Behind the cut, the container must go on, and the engine be an active worker that sends to a manager."""
    assert story.behind_the_cut == ["running"]
    assert story.local_state == "active"
    assert story.refused[0] == 503


def test_nodes_come_back_by_themselves(story: Story) -> None:
    """With power or cable back, a node must be ready within seconds."""
    assert 0 <= story.back["node2"] < 15
    assert 0 <= story.back["node3"] < 15


def test_what_ran_on_a_lost_node_is_stopped_when_it_is_back(story: Story) -> None:
    """No task of before may run on, and no replacement move back."""
    first = [task for task in story.tasks_back if task["ID"] in story.first]
    for name, ended in (("node2", "failed"), ("node3", "shutdown")):
        (task,) = story.of(first, name)
        assert (task["DesiredState"], task["Status"]["State"]) == ("shutdown", ended)
    assert "running" not in story.containers_back
    wanted = [task for task in story.tasks_back if task["DesiredState"] == "running"]
    assert [story.names[task["NodeID"]] for task in wanted] == ["node1"] * 3


def test_events_tell_of_the_loss_and_the_return(story: Story) -> None:
    """Each node must be told of with its old and new state, once down and once ready."""
    told = [(event["name"], event["state.old"], event["state.new"]) for event in story.events if "state.new" in event]
    for name in ("node2", "node3"):
        assert [one[1:] for one in told if one[0] == name] == [("ready", "down"), ("down", "ready")]
