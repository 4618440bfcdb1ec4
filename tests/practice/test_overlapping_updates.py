"""Writes on top of updates, and ways back, after swarmkit's update/updater.go and controlapi/service.go."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from coopnb.practice.clock import SECOND
from tests.practice.driver import Driver, world_of

IMAGES: list[dict[str, Any]] = [
    {"match": "crash:*", "behaviour": "crash", "crash_after": 0.1, "exit_code": 1},
    {"match": "gone:*", "behaviour": "missing"},
]


@pytest.fixture
def driver(tmp_path: Path) -> Driver:
    """A one-node swarm."""
    return Driver(world_of(tmp_path, images=IMAGES))


def image(reference: str) -> Callable[[Any], None]:
    """A change of the image."""
    return lambda spec: spec["TaskTemplate"]["ContainerSpec"].update(Image=reference)


def images(driver: Driver) -> list[str]:
    """What the tasks that are meant to run are made from."""
    wanted = [task for task in driver.tasks("web") if task["DesiredState"] in ("running", "ready")]
    return [task["Spec"]["ContainerSpec"]["Image"] for task in wanted]


def specs(driver: Driver) -> tuple[str, str | None]:
    """The images of the spec and of the previous one."""
    service = driver.get("/services/web")
    previous = service.get("PreviousSpec")
    return (
        service["Spec"]["TaskTemplate"]["ContainerSpec"]["Image"],
        previous and previous["TaskTemplate"]["ContainerSpec"]["Image"],
    )


def states(driver: Driver) -> list[str]:
    """The states that update statuses went through."""
    return [state for state, _ in driver.statuses]


def test_a_newer_update_replaces_the_one_under_way(driver: Driver) -> None:
    """The first update must end without a status of its own; its previous spec is the one it was to bring."""
    driver.create("web", replicas=3, UpdateConfig={"Parallelism": 1, "Delay": 5 * SECOND})
    driver.advance(3)
    driver.update("web", image("busybox:2"))
    driver.advance(4)
    driver.update("web", image("busybox:3"))
    assert specs(driver) == ("busybox:3", "busybox:2")
    driver.advance(60)
    assert images(driver) == ["busybox:3"] * 3
    assert states(driver) == ["updating", "completed"]


def test_a_write_of_the_same_spec_resets_the_status_only(driver: Driver) -> None:
    """The same spec again must not disturb the update under way, which then has no status left to complete."""
    driver.create("web", replicas=2, UpdateConfig={"Parallelism": 1, "Delay": 5 * SECOND})
    driver.advance(3)
    driver.update("web", image("busybox:2"))
    driver.advance(3)
    driver.update("web")
    assert "UpdateStatus" not in driver.get("/services/web")
    driver.advance(60)
    assert images(driver) == ["busybox:2"] * 2
    assert "UpdateStatus" not in driver.get("/services/web")


def test_going_back_by_hand_during_an_update(driver: Driver) -> None:
    """A manual rollback must stop the update, and replace what it has replaced already."""
    driver.create("web", replicas=3, UpdateConfig={"Parallelism": 1, "Delay": 20 * SECOND})
    driver.advance(3)
    driver.update("web", image("busybox:2"))
    driver.advance(6)
    assert sorted(images(driver)) == ["busybox:1", "busybox:1", "busybox:2"]
    assert driver.update("web", query="&rollback=previous").status == 200
    driver.advance(20)
    assert images(driver) == ["busybox:1"] * 3
    assert specs(driver) == ("busybox:1", "busybox:2")
    assert states(driver) == ["updating", "rollback_started", "rollback_completed"]


def test_going_back_twice_by_hand_goes_forth(driver: Driver) -> None:
    """A manual rollback must be able to be rolled back itself."""
    driver.create("web", UpdateConfig={"Monitor": SECOND})
    driver.advance(3)
    driver.update("web", image("busybox:2"))
    driver.advance(10)
    for expected in (("busybox:1", "busybox:2"), ("busybox:2", "busybox:1")):
        assert driver.update("web", query="&rollback=previous").status == 200
        driver.advance(20)
        assert specs(driver) == expected
        assert images(driver) == [expected[0]]
    assert states(driver)[-2:] == ["rollback_started", "rollback_completed"]


def test_a_way_back_that_fails_stays_where_it_is(driver: Driver) -> None:
    """A failing manual rollback must pause, with both specs kept; a write must start an ordinary update."""
    driver.create("web", "gone:1", template={"RestartPolicy": {"Delay": SECOND}})
    driver.advance(3)
    driver.update("web", image("busybox:2"))
    driver.advance(15)
    driver.update("web", query="&rollback=previous")
    driver.advance(20)
    assert states(driver)[-1] == "rollback_paused"
    assert specs(driver) == ("gone:1", "busybox:2")
    driver.update("web", image("busybox:3"))
    driver.advance(15)
    assert states(driver)[-2:] == ["updating", "completed"]
    assert images(driver) == ["busybox:3"]


def test_the_rollback_has_a_config_of_its_own(driver: Driver) -> None:
    """A rollback must go by RollbackConfig: here all slots at once, while the update took them singly."""
    driver.create(
        "web",
        replicas=3,
        UpdateConfig={"Parallelism": 1, "Monitor": SECOND},
        RollbackConfig={"Parallelism": 0, "Monitor": 9 * SECOND},
    )
    driver.advance(3)
    driver.update("web", image("busybox:2"))
    assert images(driver).count("busybox:1") == 2
    driver.advance(30)
    driver.update("web", query="&rollback=previous")
    driver.advance(0.1)
    assert images(driver) == ["busybox:1"] * 3
    driver.advance(8)
    assert states(driver)[-1] == "rollback_started"
    driver.advance(5)
    assert states(driver)[-1] == "rollback_completed"


def test_a_rollback_that_restarts_nothing_completes_at_once(driver: Driver) -> None:
    """When all tasks match the previous spec there is nothing to watch."""
    driver.create("web")
    driver.advance(3)
    driver.update("web", lambda spec: spec.update(Labels={"a": "b"}))
    driver.update("web", query="&rollback=previous")
    driver.advance(0.1)
    assert states(driver) == ["rollback_started", "rollback_completed"]
    assert len(driver.tasks("web")) == 1


def test_an_automatic_rollback_leaves_no_way_back(driver: Driver) -> None:
    """After an automatic rollback a manual one must be refused until there is another update."""
    driver.create("web", UpdateConfig={"FailureAction": "rollback"}, template={"RestartPolicy": {"Delay": SECOND}})
    driver.advance(3)
    driver.update("web", image("crash:1"))
    driver.advance(20)
    assert specs(driver) == ("busybox:1", None)
    assert driver.update("web", query="&rollback=previous").status == 400
    driver.update("web", image("busybox:2"))
    assert specs(driver) == ("busybox:2", "busybox:1")


def test_a_constraint_hides_a_change_of_ports(driver: Driver) -> None:
    """Ports changed together with a constraint that the node meets must restart nothing (dockerd 20.10)."""
    port = {"TargetPort": 80, "PublishedPort": 8099}
    driver.create("web", EndpointSpec={"Ports": [port]})
    driver.advance(3)

    def change(spec: Any) -> None:
        spec["TaskTemplate"]["Placement"] = {"Constraints": ["node.role==manager"]}
        spec["EndpointSpec"]["Ports"][0]["PublishedPort"] = 8098

    driver.update("web", change)
    driver.advance(10)
    assert len(driver.tasks("web")) == 1
    assert driver.get("/services/web")["Endpoint"]["Ports"][0]["PublishedPort"] == 8098
    assert driver.statuses == []


def test_a_constraint_that_the_node_misses_is_an_update(driver: Driver) -> None:
    """A constraint that a task's node does not meet must make the task outdated: it goes, its successor waits."""
    driver.create("web")
    driver.advance(3)
    driver.update("web", lambda spec: spec["TaskTemplate"].update(Placement={"Constraints": ["node.role==worker"]}))
    driver.advance(10)
    old, new = driver.tasks("web")
    assert old["Status"]["State"] == "shutdown"
    assert new["Status"]["Err"] == "no suitable node (scheduling constraints not satisfied on 1 node)"
    assert states(driver) == ["updating"]


def test_start_first_with_a_bad_spec_keeps_the_old_task(driver: Driver) -> None:
    """A new task that never runs must leave the old one running beside its retries."""
    driver.create(
        "web", template={"RestartPolicy": {"Delay": SECOND}}, UpdateConfig={"Order": "start-first", "Parallelism": 1}
    )
    driver.advance(3)
    driver.update("web", image("gone:1"))
    driver.advance(20)
    assert states(driver) == ["updating", "paused"]
    assert "busybox:1" in images(driver)
    assert driver.slot(1)[0].states[-1] == "running/running"


def test_a_removed_service_ends_its_update(driver: Driver) -> None:
    """Removing a service in the midst of an update must leave no task and no update behind."""
    driver.create("web", replicas=2, UpdateConfig={"Parallelism": 1, "Delay": 5 * SECOND})
    driver.advance(3)
    driver.update("web", image("busybox:2"))
    driver.advance(2)
    driver.call("DELETE", "/services/web")
    driver.advance(30)
    assert driver.get("/tasks") == []
    driver.create("web")
    driver.advance(3)
    assert driver.states("web") == ["running"]


@pytest.mark.parametrize("parallelism", [2**62, 10**9])
def test_more_workers_than_slots_do_no_harm(driver: Driver, parallelism: int) -> None:
    """Any parallelism must do, be it ever so large."""
    driver.create("web", replicas=2, UpdateConfig={"Parallelism": parallelism})
    driver.advance(3)
    driver.update("web", image("busybox:2"))
    driver.advance(15)
    assert images(driver) == ["busybox:2"] * 2
