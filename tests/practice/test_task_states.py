"""What becomes of one task: the order of its states, and the engine's words for how it ended."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from coopnb.practice.clock import SECOND
from tests.practice.driver import Driver, world_of

CHECK = {"Test": ["CMD", "true"], "Interval": SECOND, "Retries": 2, "StartPeriod": SECOND, "StartInterval": SECOND}


@pytest.fixture
def driver(tmp_path: Path) -> Driver:
    """A one-node swarm whose images do what their names say."""
    images: list[dict[str, Any]] = [
        {"match": "slow:*", "healthy_after": 4},
        {"match": "sick:*", "behaviour": "never-healthy", "logs": ["it hurts"]},
        {"match": "crash:*", "behaviour": "crash", "crash_after": 0.1, "exit_code": 3, "logs": ["oh no"]},
        {"match": "done:*", "behaviour": "crash", "crash_after": 1, "exit_code": 0},
        {"match": "gone:*", "behaviour": "missing"},
        {"match": "deaf:*", "stop_after": 60},
    ]
    return Driver(world_of(tmp_path, images=images))


def test_a_task_goes_through_swarmkits_states(driver: Driver) -> None:
    """A task that runs well must go through every state in order, each with swarmkit's message."""
    driver.create("web")
    driver.advance(3)
    assert driver.slot(1)[0].said == [
        ("new", "created", ""),
        ("pending", "pending task scheduling", ""),
        ("assigned", "scheduler assigned task to node", ""),
        ("accepted", "accepted", ""),
        ("preparing", "preparing", ""),
        ("ready", "prepared", ""),
        ("starting", "starting", ""),
        ("starting", "starting", ""),
        ("running", "started", ""),
    ]
    (task,) = driver.tasks("web")
    assert len(task["Status"]["ContainerStatus"]["ContainerID"]) == 64
    assert task["Status"]["ContainerStatus"]["PID"] > 0


@pytest.mark.parametrize(
    ("networks", "seconds"), [([], (1.1, 1.6)), ([{"Target": "overlay"}], (3.1, 3.9))], ids=["none", "overlay"]
)
def test_starting_and_stopping_take_as_long_as_on_a_real_engine(
    driver: Driver, networks: list[dict[str, str]], seconds: tuple[float, float]
) -> None:
    """With the image at hand a start must take 0.4 to 0.9 s; a stop some seconds, longer with an overlay network."""
    driver.call("POST", "/networks/create", {"Name": "overlay", "Driver": "overlay"})
    driver.create("before")
    driver.advance(5)
    driver.create("web", template={"Networks": networks})
    started = _seconds_until(driver, lambda: driver.states("web") == ["running"])
    assert 0.4 <= started <= 0.9
    driver.update("web", lambda spec: spec["TaskTemplate"].update(ForceUpdate=1))
    stopped = _seconds_until(driver, lambda: driver.tasks("web")[0]["Status"]["State"] == "shutdown")
    assert seconds[0] <= stopped <= seconds[1]


def _seconds_until(driver: Driver, condition: Callable[[], bool]) -> float:
    begun = driver.swarm.clock.now
    while not condition():
        driver.advance(0.01)
        assert driver.swarm.clock.now - begun < 20 * SECOND
    return (driver.swarm.clock.now - begun) / SECOND


def test_a_healthcheck_keeps_a_task_starting_until_it_passes(driver: Driver) -> None:
    """With a healthcheck a task must stay starting until the image is healthy, without one it runs at once."""
    driver.create("checked", "slow:1", container={"Healthcheck": {**CHECK, "Retries": 9}})
    driver.create("unchecked", "slow:1")
    driver.advance(3)
    assert (driver.states("checked"), driver.states("unchecked")) == (["starting"], ["running"])
    driver.advance(3)
    assert driver.states("checked") == ["running"]


def test_an_unhealthy_container_is_killed(driver: Driver) -> None:
    """After all retries and the grace the task must fail as dockerd words it, message still starting."""
    driver.create("web", "sick:1", container={"Healthcheck": CHECK, "StopGracePeriod": SECOND})
    driver.advance(5)
    status = driver.tasks("web")[0]["Status"]
    assert status["State"] == "failed"
    assert status["Message"] == "starting"
    assert status["Err"] == "task: non-zero exit (137): dockerexec: unhealthy container"
    assert status["ContainerStatus"]["ExitCode"] == 137


def test_a_disabled_healthcheck_is_none(driver: Driver) -> None:
    """A healthcheck of NONE must not be waited for, and its image's ill health not be noticed."""
    driver.create("web", "sick:1", container={"Healthcheck": {"Test": ["NONE"]}})
    driver.advance(30)
    assert driver.states("web") == ["running"]


def test_a_crash_fails_the_task_with_its_exit_code(driver: Driver) -> None:
    """A container that exits with an error must fail its task, and its lines must stay readable."""
    driver.create("web", "crash:1", template={"RestartPolicy": {"Condition": "none"}})
    driver.advance(3)
    (task,) = driver.tasks("web")
    assert task["Status"]["Err"] == "task: non-zero exit (3)"
    assert (task["Status"]["State"], task["DesiredState"]) == ("failed", "shutdown")
    assert task["Status"]["ContainerStatus"]["ExitCode"] == 3
    logs = driver.ask("GET", f"/tasks/{task['ID']}/logs?stdout=1").body
    assert logs == b"\x01\x00\x00\x00\x00\x00\x00\x06oh no\n"


def test_a_container_that_ends_well_completes_its_task(driver: Driver) -> None:
    """An exit of 0 must make the task complete, message finished."""
    driver.create("web", "done:1", template={"RestartPolicy": {"Condition": "none"}})
    driver.advance(3)
    status = driver.tasks("web")[0]["Status"]
    assert (status["State"], status["Message"], status.get("Err")) == ("complete", "finished", None)


def test_a_missing_image_rejects_the_task(driver: Driver) -> None:
    """An image nobody has must reject the task before it starts, and name the image without a digest."""
    driver.create("web", "gone:1@sha256:" + "a" * 64)
    driver.advance(1)
    status = driver.tasks("web")[0]["Status"]
    assert (status["State"], status["Message"], status["Err"]) == ("rejected", "preparing", "No such image: gone:1")


@pytest.mark.parametrize(("image", "code"), [("fine:1", 0), ("deaf:1", 137)])
def test_a_stopped_task_ends_by_signal(driver: Driver, image: str, code: int) -> None:
    """A task that is not wanted must shut down; one that ignores SIGTERM is killed when its grace is over."""
    driver.create("web", image, container={"StopGracePeriod": 2 * SECOND})
    driver.advance(3)
    driver.update("web", lambda spec: spec["TaskTemplate"].update(ForceUpdate=1))
    driver.advance(5)
    old = driver.tasks("web")[0]["Status"]
    assert (old["State"], old["Message"], old["ContainerStatus"]["ExitCode"]) == ("shutdown", "shutdown", code)


def test_a_removed_service_takes_its_tasks_with_it(driver: Driver) -> None:
    """Tasks of a removed service must still be listed while they stop, and then vanish."""
    driver.create("web", replicas=2)
    driver.advance(3)
    assert driver.call("DELETE", "/services/web").status == 200
    assert [task["DesiredState"] for task in driver.get("/tasks")] == ["remove", "remove"]
    driver.advance(3)
    assert driver.get("/tasks") == []
    assert driver.get("/containers/json?all=1") == []
