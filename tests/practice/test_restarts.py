"""Restarts, rule by rule after swarmkit's orchestrator/restart/restart.go."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from coopnb.practice.clock import SECOND
from tests.practice.driver import Driver, world_of

IMAGES: list[dict[str, Any]] = [
    {"match": "crash:*", "behaviour": "crash", "crash_after": 0.1, "exit_code": 1},
    {"match": "done:*", "behaviour": "crash", "crash_after": 0.1, "exit_code": 0},
    {"match": "gone:*", "behaviour": "missing"},
    {"match": "slow:*", "stop_after": 70},
]
TWO = [{"hostname": "a", "role": "manager"}, {"hostname": "b"}]


@pytest.fixture
def driver(tmp_path: Path) -> Driver:
    """Two nodes, and images that end."""
    return Driver(world_of(tmp_path, nodes=TWO, images=IMAGES))


def policy(condition: str = "any", **more: int) -> dict[str, Any]:
    """A task template with a restart policy, its delay a second."""
    return {"RestartPolicy": {"Condition": condition, "Delay": SECOND, **more}}


def availability(driver: Driver, hostname: str, wanted: str) -> None:
    """Drain, pause or activate a node."""
    node = driver.get(f"/nodes/{hostname}")
    target = f"/nodes/{hostname}/update?version={node['Version']['Index']}"
    assert driver.call("POST", target, {**node["Spec"], "Availability": wanted}).status == 200


@pytest.mark.parametrize(
    ("condition", "image", "restarts"),
    [
        ("any", "done:1", True),
        ("any", "crash:1", True),
        ("on-failure", "done:1", False),
        ("on-failure", "crash:1", True),
        ("on-failure", "gone:1", True),
        ("none", "done:1", False),
        ("none", "crash:1", False),
        ("none", "gone:1", False),
    ],
)
def test_the_condition_decides(driver: Driver, condition: str, image: str, restarts: bool) -> None:
    """Completed tasks must be restarted under any alone, failed and rejected ones under on-failure too."""
    driver.create("web", image, template=policy(condition))
    driver.advance(10)
    assert (len(driver.slot(1)) > 1) is restarts
    assert driver.slot(1)[0].states[-1].endswith("/shutdown")


def test_a_kept_slot_stays_with_its_last_task(driver: Driver) -> None:
    """A slot whose task is not to be restarted must count as filled: nothing is added when the service is scaled."""
    driver.create("web", "done:1", template=policy("none"))
    driver.advance(5)
    driver.update("web", lambda spec: spec["Mode"]["Replicated"].update(Replicas=2))
    driver.advance(5)
    assert [len(driver.slot(number)) for number in (1, 2)] == [1, 1]


def test_an_update_reaches_a_slot_that_is_not_restarted(driver: Driver) -> None:
    """A new spec must run once in a slot whose old task ended for good."""
    driver.create("web", "done:1", template=policy("none"))
    driver.advance(5)
    driver.update("web", lambda spec: spec["TaskTemplate"].update(ForceUpdate=1))
    driver.advance(20)
    assert [history.states[-1] for history in driver.slot(1)] == ["complete/shutdown"] * 2


@pytest.mark.parametrize(("attempts", "tasks"), [(1, 2), (2, 3), (3, 4)])
def test_attempts_are_restarts(driver: Driver, attempts: int, tasks: int) -> None:
    """A number of attempts must allow as many restarts: one task more in all."""
    driver.create("web", "crash:1", template=policy(MaxAttempts=attempts))
    driver.advance(60)
    assert len(driver.slot(1)) == tasks


def test_attempts_are_counted_for_each_slot(driver: Driver) -> None:
    """Every slot must have its attempts for itself."""
    driver.create("web", "crash:1", replicas=2, template=policy(MaxAttempts=1))
    driver.advance(30)
    assert [len(driver.slot(number)) for number in (1, 2)] == [2, 2]


def test_attempts_are_counted_for_each_node_of_a_global_service(driver: Driver) -> None:
    """Every node must have its attempts for itself."""
    driver.create("web", "crash:1", Mode={"Global": {}}, template=policy(MaxAttempts=1))
    driver.advance(30)
    nodes = [task["NodeID"] for task in driver.tasks("web")]
    assert sorted(nodes.count(node) for node in set(nodes)) == [2, 2]


def test_a_window_counts_recent_attempts(driver: Driver) -> None:
    """Attempts older than the window before a task's end must not count; a restart every 6.5 s fits 8 s once."""
    driver.create(
        "web", "crash:1", template={"RestartPolicy": {"Delay": 6 * SECOND, "MaxAttempts": 2, "Window": 8 * SECOND}}
    )
    driver.advance(60)
    assert len(driver.slot(1)) > 6


def test_a_window_that_holds_all_attempts_ends_the_restarts(driver: Driver) -> None:
    """A restart that a task itself is must not count against it, the ones before it must."""
    driver.create("web", "crash:1", template=policy(MaxAttempts=2, Window=60 * SECOND))
    driver.advance(120)
    assert len(driver.slot(1)) == 3


def test_a_drained_node_costs_no_delay(driver: Driver) -> None:
    """Tasks of a drained node must start elsewhere as soon as they have stopped, whatever the delay is."""
    driver.create("web", replicas=2, template={"RestartPolicy": {"Delay": 50 * SECOND}})
    driver.advance(3)
    availability(driver, "b", "drain")
    driver.advance(4)
    assert driver.states("web") == ["running", "running"]


def test_a_drained_node_gets_nothing_back_under_condition_none(driver: Driver) -> None:
    """A task that must leave its node and is not to be restarted must just stop."""
    driver.create("web", replicas=2, template=policy("none"))
    driver.advance(3)
    availability(driver, "b", "drain")
    driver.advance(10)
    assert driver.states("web") == ["running"]


def test_a_successor_waits_for_a_minute_at_most(driver: Driver) -> None:
    """A task must start when its predecessor has not stopped after a minute."""
    driver.create("web", "slow:1", container={"StopGracePeriod": 100 * SECOND})
    driver.advance(3)
    driver.update("web", lambda spec: spec["TaskTemplate"].update(ForceUpdate=1))
    driver.advance(58)
    assert [history.states[-1] for history in driver.slot(1)] == ["running/shutdown", "ready/ready"]
    driver.advance(4)
    assert [history.states[-1] for history in driver.slot(1)] == ["running/shutdown", "running/running"]


def test_a_replacement_that_cannot_be_prepared_waits_its_delay_out(driver: Driver) -> None:
    """A rejected task that was still waiting for its start must be replaced only after its delay: no tight loop."""
    driver.create("web", "gone:1", template={"RestartPolicy": {"Delay": 4 * SECOND}})
    driver.advance(12)
    assert len(driver.slot(1)) == 4
    assert "rejected/ready" in driver.slot(1)[1].states


def test_a_waiting_replacement_leaves_a_drained_node(driver: Driver) -> None:
    """A prepared task on a node that is drained must move after its delay, without ever having run there."""
    driver.create(
        "web",
        "crash:1",
        template={"RestartPolicy": {"Delay": 10 * SECOND}, "Placement": {"Constraints": ["node.hostname==b"]}},
    )
    driver.advance(3)
    availability(driver, "b", "drain")
    driver.advance(15)
    second = driver.slot(1)[1]
    assert second.states[-1] == "shutdown/shutdown"
    assert not any(state.startswith("failed") for state in second.states)
    assert len(driver.slot(1)) == 3


def test_a_new_spec_has_its_attempts_anew(driver: Driver) -> None:
    """Attempts of an older spec must not count against a newer one."""
    driver.create("web", "crash:1", template=policy(MaxAttempts=1), UpdateConfig={"FailureAction": "continue"})
    driver.advance(20)
    assert len(driver.slot(1)) == 2
    driver.update("web", lambda spec: spec["TaskTemplate"].update(ForceUpdate=1))
    driver.advance(40)
    assert len(driver.slot(1)) == 4
