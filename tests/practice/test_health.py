"""Healthchecks: when probes are made, what is kept of them, what is heard of them, and what follows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from coopnb.practice.clock import EPOCH, SECOND
from tests.practice.driver import Driver, world_of

SHELL = {"Test": ["CMD-SHELL", "echo sick; false"], "Interval": SECOND, "Retries": 2}


@pytest.fixture
def driver(tmp_path: Path) -> Driver:
    """A one-node swarm whose images do what their names say."""
    images: list[dict[str, Any]] = [
        {"match": "sick:*", "behaviour": "never-healthy", "failing_output": "sick\n"},
        {"match": "slow:*", "healthy_after": 4, "healthy_output": "fine\n"},
        {"match": "own:*", "healthy_after": 0, "healthcheck": {"test": ["probe"], "interval": 2, "retries": 7}},
        {"match": "curl:*", "serves": [{"port": 80}], "healthy_after": 3},
        {"match": "bare:*", "commands": ["sh"]},
        {"match": "polite:*", "healthy_after": 9999},
        {"match": "orderly:*", "behaviour": "never-healthy", "stop_code": 0},
    ]
    return Driver(world_of(tmp_path, images=images))


def _state(driver: Driver) -> dict[str, Any]:
    (container,) = driver.get("/containers/json?all=1")
    found: dict[str, Any] = driver.get(f"/containers/{container['Id']}/json")["State"]
    return found


def _actions(driver: Driver) -> list[str]:
    later = EPOCH // SECOND + 3600
    lines = driver.ask("GET", f'/events?since=1&until={later}&filters={{"type":["container"]}}').body.splitlines()
    return [json.loads(line)["Action"] for line in lines]


def _seconds(driver: Driver) -> list[float]:
    """When each kept probe began, after the container's start."""
    state = _state(driver)
    started = _moment(state["StartedAt"])
    return [round(_moment(probe["Start"]) - started, 2) for probe in state["Health"]["Log"]]


def _moment(text: str) -> float:
    minutes, seconds = text.removesuffix("Z").rpartition("T")[2].split(":")[1:]
    return int(minutes) * 60 + float(seconds)


def test_an_unhealthy_container_is_heard_seen_and_ended(driver: Driver) -> None:
    """Probes, ill health and the end of a container must look as on a real engine: events, log, task."""
    restart = {"RestartPolicy": {"Condition": "none"}}
    driver.create("web", "sick:1", container={"Healthcheck": SHELL, "StopGracePeriod": SECOND}, template=restart)
    driver.advance(6)
    probe = ["exec_create: /bin/sh -c echo sick; false", "exec_start: /bin/sh -c echo sick; false", "exec_die"]
    assert _actions(driver) == [
        "create",
        "start",
        *probe,
        *probe,
        "health_status: unhealthy",
        "kill",
        "kill",
        "stop",
        "die",
    ]
    health = _state(driver)["Health"]
    assert (health["Status"], health["FailingStreak"]) == ("unhealthy", 2)
    assert [(entry["ExitCode"], entry["Output"]) for entry in health["Log"]] == [(1, "sick\n")] * 2
    status = driver.tasks("web")[0]["Status"]
    assert status["Err"] == "task: non-zero exit (137): dockerexec: unhealthy container"


@pytest.mark.parametrize("image", ["polite:1", "orderly:1"])
def test_an_unhealthy_container_that_ends_well_completes_its_task(driver: Driver, image: str) -> None:
    """A container that exits 0 when it is stopped for its ill health must make its task complete, as swarm has it."""
    restart = {"RestartPolicy": {"Condition": "none"}}
    driver.create("web", image, container={"Healthcheck": SHELL}, template=restart)
    driver.advance(6)
    status = driver.tasks("web")[0]["Status"]
    assert (status["State"], status["Message"], status.get("Err")) == ("complete", "finished", None)


def test_probes_follow_the_spec_and_five_are_kept(driver: Driver) -> None:
    """The first probe must come after one interval, each later one an interval after the end of the one before."""
    driver.create("web", "slow:1", container={"Healthcheck": {**SHELL, "Retries": 9}})
    driver.advance(4.5)
    assert _seconds(driver) == [1.0, 2.08, 3.16]
    driver.advance(4)
    state = _state(driver)
    assert (state["Health"]["Status"], state["Health"]["FailingStreak"]) == ("healthy", 0)
    assert [probe["Output"] for probe in state["Health"]["Log"]] == ["", "", "fine\n", "fine\n", "fine\n"]
    assert len(state["Health"]["Log"]) == 5


def test_the_start_period_has_an_interval_of_its_own(driver: Driver) -> None:
    """In the start period probes must come at the start interval (5 s unless given), and failures must not count."""
    check = {**SHELL, "StartPeriod": 3 * SECOND, "StartInterval": SECOND // 2, "Interval": 10 * SECOND}
    driver.create("web", "polite:1", container={"Healthcheck": {**check, "Retries": 9}})
    driver.advance(4)
    assert _seconds(driver) == [0.5, 1.08, 1.66, 2.24, 2.82]
    assert _state(driver)["Health"]["FailingStreak"] == 0
    driver.advance(12)
    assert _seconds(driver)[-2:] == [3.4, 13.48]
    assert _state(driver)["Health"]["FailingStreak"] == 2


def test_an_image_brings_its_own_healthcheck(driver: Driver) -> None:
    """An image's healthcheck must apply where the spec says nothing; the spec's words come first, NONE included."""
    driver.create("web", "own:1", container={"Healthcheck": {"Interval": SECOND}})
    driver.advance(1.5)
    assert driver.states("web") == ["starting"]
    driver.advance(1)
    assert driver.states("web") == ["running"]
    assert "exec_create: probe " in _actions(driver)
    driver.create("plain", "own:1", container={"Healthcheck": {"Test": ["NONE"]}})
    driver.advance(1)
    assert driver.states("plain") == ["running"]


def test_a_probe_answers_as_the_command_would(driver: Driver) -> None:
    """curl must be refused until the image serves; a program that the image lacks must be named."""
    check = {"Test": ["CMD", "curl", "-f", "http://localhost/"], "Interval": SECOND, "Retries": 9}
    driver.create("web", "curl:1", container={"Healthcheck": check})
    driver.advance(3)
    entry = _state(driver)["Health"]["Log"][-1]
    assert entry["ExitCode"] == 7 and "Failed to connect to localhost port 80" in entry["Output"]
    driver.advance(2)
    assert driver.states("web") == ["running"]
    driver.call("DELETE", "/services/web")
    driver.advance(5)
    driver.create("bare", "bare:1", container={"Healthcheck": check})
    driver.advance(3)
    entry = _state(driver)["Health"]["Log"][-1]
    assert entry["ExitCode"] == -1 and 'exec: "curl": executable file not found in $PATH' in entry["Output"]
