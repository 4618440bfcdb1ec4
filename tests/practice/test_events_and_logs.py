"""The event stream and the logs: past, present, filtered and framed."""

from __future__ import annotations

import json
import struct
from typing import Any

from coopnb.practice.clock import EPOCH, SECOND
from tests.practice.driver import Driver

LATER = EPOCH // SECOND + 3600


def _events(driver: Driver, query: str) -> list[dict[str, Any]]:
    lines = driver.ask("GET", f"/events?since=1&until={LATER}&{query}").body.splitlines()
    return [json.loads(line) for line in lines]


def _actions(events: list[dict[str, Any]]) -> list[str]:
    return [f"{event['Type']} {event['Action']}" for event in events]


def test_events_tell_what_happened_to_swarm_objects() -> None:
    """Services must tell creation, allocation and updates with old and new values; there are no task events."""
    driver = Driver()
    service = driver.create("web", template={"Networks": [{"Target": "proxy"}]})
    driver.advance(2)
    driver.update("web", lambda spec: spec["TaskTemplate"]["ContainerSpec"].update(Image="busybox:2"))
    driver.advance(2)
    swarm = _events(driver, 'filters={"scope":["swarm"]}')
    assert _actions(swarm) == ["service create", *["service update"] * 3]
    assert {event["Actor"]["ID"] for event in swarm} == {service}
    assert swarm[2]["Actor"]["Attributes"] == {"name": "web", "image.new": "busybox:2", "image.old": "busybox:1"}
    assert swarm[3]["Actor"]["Attributes"] == {"name": "web", "updatestate.new": "updating"}
    assert all(event["timeNano"] // SECOND == event["time"] for event in swarm)


def test_container_events_come_from_this_engine_alone() -> None:
    """Only the containers of the node one talks to must be heard, with swarm's labels."""
    driver = Driver()
    driver.create("web", replicas=3)
    driver.advance(2)
    local = _events(driver, 'filters={"type":["container"]}')
    assert _actions(local) == ["container create", "container start"]
    names = [event["Actor"]["Attributes"]["com.docker.swarm.task.name"] for event in local]
    assert names[0] == names[1] == driver.get("/containers/json")[0]["Names"][0][1:]


def test_events_can_be_asked_for_by_object_and_action() -> None:
    """Filters must pick events of one object, one kind or one action."""
    driver = Driver()
    driver.create("one")
    driver.create("two")
    driver.call("DELETE", "/services/one")
    assert _actions(_events(driver, 'filters={"service":{"one":true}}')) == ["service create", "service remove"]
    assert _actions(_events(driver, 'filters={"event":["remove"]}')) == ["service remove"]
    assert _events(driver, 'filters={"network":["proxy"]}') == []


def test_a_stream_delivers_what_happens_until_it_is_left() -> None:
    """A stream must begin with what was asked for, deliver each event once, and stay silent after it was left."""
    driver = Driver()
    response = driver.ask("GET", f"/events?until={LATER}")
    assert response.body == b""
    assert response.follow is not None
    heard, ended = list[bytes](), list[bool]()
    leave = response.follow(heard.append, lambda: ended.append(True))
    driver.create("web")
    assert _actions([json.loads(line) for line in heard]) == ["service create"]
    driver.advance(3600)
    assert ended == [True]
    leave()
    count = len(heard)
    driver.create("more")
    assert len(heard) == count


def test_logs_are_framed_dated_and_attributed() -> None:
    """Each line must come in a frame with its stream, after time and details when they are asked for."""
    driver = Driver()
    driver.create("web", "caddy:2")
    driver.advance(3)
    body = driver.ask("GET", "/services/web/logs?stdout=1&timestamps=1&details=1&tail=1").body
    stream, length = struct.unpack(">BxxxL", body[:8])
    assert (stream, length) == (1, len(body) - 8)
    moment, details, text = body[8:].decode().split(" ", 2)
    assert moment.startswith("2026-01-01T00:00:0") and len(moment) == 30
    task = driver.tasks("web")[0]
    assert f"com.docker.swarm.task.id={task['ID']}" in details.split(",")
    assert "serving initial configuration" in text


def test_a_terminal_has_no_frames() -> None:
    """The output of a container with a terminal must come as it is."""
    driver = Driver()
    driver.create("web", "nginx:1", container={"TTY": True})
    driver.advance(3)
    body = driver.ask("GET", "/services/web/logs?stdout=1").body
    assert body.decode().splitlines()[1] == "[notice] 1#1: nginx started"


def test_followed_logs_go_on() -> None:
    """Following must deliver the lines of tasks that start later."""
    driver = Driver()
    driver.create("web", "nginx:1")
    response = driver.ask("GET", "/services/web/logs?stdout=1&follow=1")
    assert response.follow is not None
    heard = list[bytes]()
    leave = response.follow(heard.append, lambda: None)
    driver.advance(3)
    leave()
    assert len(heard) == 3
