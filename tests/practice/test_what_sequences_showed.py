"""What playing sequences on real engines showed: events of networks and stops, and the age of ended tasks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.practice.driver import Driver, world_of

SECOND = 10**9
GRACE = {"StopGracePeriod": 3 * SECOND}


def test_a_new_network_is_told_of_twice() -> None:
    """A network's creation must be followed by an update: the allocator writes it once more."""
    driver = Driver()
    heard = _listen(driver)
    driver.call("POST", "/networks/create", {"Name": "inner", "Driver": "overlay"})
    assert [(event["Action"], event["scope"]) for event in heard if event["Type"] == "network"] == [
        ("create", "swarm"),
        ("update", "swarm"),
    ]


def test_a_network_comes_to_a_node_with_the_first_container_and_goes_with_the_last(tmp_path: Path) -> None:
    """The engine must tell of an overlay network when it begins and ends to have containers on it."""
    driver = Driver(world_of(tmp_path))
    network = driver.call("POST", "/networks/create", {"Name": "inner", "Driver": "overlay"}).body["Id"]
    heard = _listen(driver)
    driver.create("web", template={"Networks": [{"Target": network}]}, replicas=2)
    driver.advance(5)
    driver.update("web", lambda spec: spec["Mode"]["Replicated"].update(Replicas=1))
    driver.advance(10)
    driver.call("DELETE", "/services/web")
    driver.advance(10)
    told = [event["Action"] for event in heard if event["Actor"]["ID"] == network]
    assert told == ["create", "connect", "connect", "disconnect", "disconnect", "destroy"]


def test_a_container_that_ends_while_it_is_stopped_is_told_as_stopped(tmp_path: Path) -> None:
    """An engine that stops a container must say so, although the process came to its end by itself meanwhile."""
    image = {"match": "short:*", "behaviour": "crash", "crash_after": 3, "exit_code": 4, "stop_after": 100, "pull": 0}
    driver = Driver(world_of(tmp_path, images=[image]))
    heard = _listen(driver)
    driver.create("web", "short:1", container=GRACE, template={"RestartPolicy": {"Condition": "none"}})
    driver.advance(2)
    driver.call("DELETE", "/services/web")
    driver.advance(10)
    told = [event["Action"] for event in heard if event["Type"] == "container"]
    assert told[:2] == ["create", "start"]
    assert told[2] == "kill"
    assert sorted(told[3:5]) == ["die", "stop"]
    assert told[5:] == ["destroy"]


def test_an_ended_task_ages_from_its_last_report(tmp_path: Path) -> None:
    """A rejected task that is dismissed later than an older one stopped must stay in the history longer."""
    driver = Driver(world_of(tmp_path, unknown_images="missing", images=[{"match": "good:*", "pull": 0}]))
    policy = {"RestartPolicy": {"Condition": "any", "Delay": 2 * SECOND, "MaxAttempts": 2}}
    driver.create("web", "good:1", template=policy)
    driver.advance(5)
    driver.update("web", lambda spec: spec["TaskTemplate"]["ContainerSpec"].update(Image="bad:1"))
    driver.advance(30)
    images = [task["Spec"]["ContainerSpec"]["Image"] for task in driver.tasks("web")]
    assert images == ["bad:1", "bad:1", "bad:1"]


def _listen(driver: Driver) -> list[dict[str, Any]]:
    heard: list[dict[str, Any]] = []
    driver.swarm.events.listen(heard.append)
    return heard
