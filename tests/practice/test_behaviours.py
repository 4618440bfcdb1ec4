"""What images do when they run, as it is seen through the API: starts, ends, output, and what a node lacks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from coopnb.practice.clock import EPOCH, SECOND
from coopnb.practice.routes import answer, read_request
from tests.practice.driver import Driver, world_of

NEVER = {"RestartPolicy": {"Condition": "none"}}
LATER = EPOCH // SECOND + 3600


@pytest.fixture
def driver(tmp_path: Path) -> Driver:
    """Two nodes, whose images do what their names say."""
    images: list[dict[str, Any]] = [
        {"match": "slow:*", "starts_in": 5},
        {"match": "stillborn:*", "behaviour": "crash-on-start", "exit_code": 78},
        {"match": "job:*", "behaviour": "exit", "crash_after": 3},
        {"match": "small:*", "commands": ["/bin/app", "sh"]},
        {
            "match": "chatty:*",
            "logs": ["first", {"text": "later", "at": 2, "stderr": True}, {"text": "tick", "at": 1, "every": 2}],
        },
    ]
    nodes = [{"hostname": "one", "role": "manager"}, {"hostname": "two", "paths": ["/data/*"]}]
    return Driver(world_of(tmp_path, nodes=nodes, images=images))


def _on(hostname: str, **more: Any) -> dict[str, Any]:
    return {"Placement": {"Constraints": [f"node.hostname=={hostname}"]}, **NEVER, **more}


def _status(driver: Driver, service: str) -> tuple[str, str, str]:
    status = driver.tasks(service)[0]["Status"]
    return status["State"], status["Message"], status.get("Err", "")


def _events(driver: Driver, engine: str = "") -> list[str]:
    target = f"/events?since=1&until={LATER}&filters=" + json.dumps({"scope": ["local"]})
    response = answer(driver.swarm, read_request("GET", target.replace(" ", ""), engine=engine))
    return [f"{event['Type']} {event['Action']}" for event in map(json.loads, response.body.splitlines())]


def test_starting_takes_as_long_as_the_world_says(driver: Driver) -> None:
    """A container that starts slowly must be starting until its process runs."""
    driver.create("web", "slow:1")
    driver.advance(4)
    assert driver.states("web") == ["starting"]
    driver.advance(3)
    assert driver.states("web") == ["running"]


def test_a_container_can_end_as_soon_as_it_has_started(driver: Driver) -> None:
    """A crash on start must fail the task with the exit code, after it was started."""
    driver.create("web", "stillborn:1", template=NEVER)
    driver.advance(3)
    assert _status(driver, "web") == ("failed", "started", "task: non-zero exit (78)")


def test_a_container_can_end_well(driver: Driver) -> None:
    """An image that exits 0 must complete its task when its time is over."""
    driver.create("web", "job:1", template=NEVER)
    driver.advance(3)
    assert driver.states("web") == ["running"]
    driver.advance(2)
    assert _status(driver, "web") == ("complete", "finished", "")


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("/nope", 'exec: "/nope": stat /nope: no such file or directory: unknown'),
        ("nope", 'exec: "nope": executable file not found in $PATH: unknown'),
    ],
)
def test_a_command_that_an_image_lacks_keeps_it_from_starting(driver: Driver, command: str, why: str) -> None:
    """A missing entrypoint must fail the task in the words of runc, and its container never have run."""
    driver.create("web", "small:1", container={"Command": [command]}, template=_on("one"))
    driver.advance(3)
    state, message, err = _status(driver, "web")
    assert (state, message) == ("failed", "starting")
    assert err.startswith("starting container failed: failed to create task for container: ")
    assert err.endswith(why)
    container = driver.get("/containers/json?all=1")[0]
    found = driver.get(f"/containers/{container['Id']}/json")["State"]
    assert (found["Status"], found["ExitCode"], found["Error"]) == ("created", 127, err.partition("failed: ")[2])
    assert "container start" not in _events(driver)


def test_a_command_that_an_image_has_starts(driver: Driver) -> None:
    """An entrypoint that the world lists, by path or by name, must start."""
    for at, command in enumerate(("/bin/app", "app", "sh", "/bin/sh")):
        driver.create(f"web{at}", "small:1", container={"Command": [command]})
    driver.advance(3)
    assert [driver.states(f"web{at}") for at in range(4)] == [["running"]] * 4


@pytest.mark.parametrize(
    ("hostname", "source", "state"),
    [
        ("one", "/var/run/docker.sock", "running"),
        ("one", "/data/wiki", "rejected"),
        ("two", "/data/wiki", "running"),
        ("two", "/nope", "rejected"),
    ],
)
def test_a_bind_mount_needs_its_source_on_the_node(driver: Driver, hostname: str, source: str, state: str) -> None:
    """A task whose bind source its node lacks must be rejected in the words of dockerd."""
    mounts = [{"Type": "bind", "Source": source, "Target": "/x"}]
    driver.create("web", container={"Mounts": mounts}, template=_on(hostname))
    driver.advance(3)
    found, message, err = _status(driver, "web")
    assert found == state
    if state == "rejected":
        assert message == "preparing"
        assert err == f'invalid mount config for type "bind": bind source path does not exist: {source}'


def test_lines_come_at_their_times_and_on_their_streams(driver: Driver) -> None:
    """A line must be printed when the world says, again if it says so, and to stderr if it says that."""
    driver.create("web", "chatty:1")
    driver.advance(5.5)
    out = driver.ask("GET", "/services/web/logs?stdout=1&timestamps=1").body
    err = driver.ask("GET", "/services/web/logs?stderr=1").body
    texts, times = [], []
    while out:
        length = int.from_bytes(out[4:8], "big")
        moment, text = out[8 : 8 + length].decode().split(" ")
        texts.append(text.strip())
        times.append(float(moment.removesuffix("Z").rpartition(":")[2]))
        out = out[8 + length :]
    assert texts == ["first", "tick", "tick"]
    assert [round(time - times[0]) for time in times] == [0, 1, 3]
    assert err[0:1] == b"\x02" and err[8:] == b"later\n"


def test_an_engine_tells_of_pulls_networks_and_containers(driver: Driver) -> None:
    """Each engine must tell its own local events in dockerd's order, and only the manager those of the swarm."""
    driver.create("web", template=_on("two"))
    driver.advance(3)
    driver.call("DELETE", "/services/web")
    driver.advance(3)
    story = ["image pull", "container create", "network connect", "container start", "container kill"]
    story += ["network disconnect", "container stop", "container die", "container destroy"]
    assert _events(driver, "two") == story
    assert _events(driver) == []


def test_overlay_networks_are_told_by_name(driver: Driver) -> None:
    """A container with networks of the swarm must be told to join those, not the bridge."""
    made = driver.call("POST", "/networks/create", {"Name": "inner", "Driver": "overlay"}).body["Id"]
    driver.create("web", template=_on("one", Networks=[{"Target": "inner"}]))
    driver.advance(3)
    lines = driver.ask("GET", f'/events?since=1&until={LATER}&filters={{"event":["connect"]}}').body.splitlines()
    (event,) = [json.loads(line) for line in lines]
    assert event["Actor"]["ID"] == made
    about = event["Actor"]["Attributes"]
    assert (about["name"], about["type"], len(about["container"])) == ("inner", "overlay", 64)


def test_a_pinned_image_that_is_at_hand_is_not_pulled_again(driver: Driver) -> None:
    """An image named by digest must be pulled once on a node; one named by a tag is asked for at each start."""
    digest = "@sha256:" + "a" * 64
    for image in ("busybox:1", "busybox:2" + digest):
        name = "pinned" if "@" in image else "loose"
        driver.create(name, image, template=_on("one"))
        driver.advance(3)
        driver.update(name, lambda spec: spec["TaskTemplate"].update(ForceUpdate=1))
        driver.advance(5)
    target = f'/events?since=1&until={LATER}&filters={{"type":["image"]}}'
    pulls = [json.loads(line) for line in driver.ask("GET", target).body.splitlines()]
    assert [event["Actor"]["ID"].partition("@")[0] for event in pulls] == ["busybox:1", "busybox:1", "busybox:2"]
    assert {event["Actor"]["Attributes"]["name"] for event in pulls} == {"busybox"}
