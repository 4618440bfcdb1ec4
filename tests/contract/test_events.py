"""Events: who says what, in which order, and what the filters leave."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.contract.garden import is_subsequence, moment
from tests.contract.images import CHECK
from tests.contract.swarm import SECOND, Swarm

CONTAINER = "TaskTemplate.ContainerSpec."
SWARM_LABELS = {
    *("com.docker.swarm.node.id", "com.docker.swarm.service.id", "com.docker.swarm.service.name"),
    *("com.docker.swarm.task", "com.docker.swarm.task.id", "com.docker.swarm.task.name"),
}

Event = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """All events of a story, and where it begins and ends."""

    since: str
    until: str
    events: list[Event]
    ids: dict[str, str]


@pytest.fixture(scope="module")
def told(swarm: Swarm) -> Iterator[Told]:
    """The life of a service on a network, with a check, updated once; of a secret, a config, a volume."""
    api = swarm.api
    since = now(swarm)
    secret = api.post("/secrets/create", {"Name": "event-secret", "Data": "eA=="})["ID"]
    config = api.post("/configs/create", {"Name": "event-config", "Data": "eA=="})["ID"]
    network = api.post("/networks/create", {"Name": "event-network", "Driver": "overlay"})["Id"]
    check = {"Test": CHECK, "Interval": SECOND // 2}
    keys = {
        CONTAINER + "Healthcheck": check,
        CONTAINER + "Labels": {"colour": "red"},
        "TaskTemplate.Networks": [{"Target": network}],
    }
    service = swarm.create("event", "t/well:1", at=keys, UpdateConfig={"Monitor": SECOND // 2})
    swarm.running("event")
    swarm.update("event", {CONTAINER + "Image": "t/well:2", "Mode.Replicated.Replicas": 2})
    swarm.until(lambda: swarm.service("event"), lambda it: it.get("UpdateStatus", {}).get("State") == "completed")
    swarm.remove("event", gone=True)
    for target in ("/secrets/event-secret", "/configs/event-config"):
        api.delete(target)
    swarm.until(lambda: api.call("DELETE", "/networks/event-network").status, lambda status: status in (204, 404))
    until = now(swarm)
    events = api.call("GET", "/events", since=since, until=until).lines
    yield Told(since, until, events, {"service": service, "secret": secret, "config": config, "network": network})


def now(swarm: Swarm) -> str:
    """The engine's time as a parameter has it."""
    return f"{moment(swarm.api.get('/info')['SystemTime']):.6f}"


def of(told: Told, kind: str, scope: str, name: str) -> list[Event]:
    """The events of one object."""
    return [
        event
        for event in told.events
        if (event["Type"], event["scope"]) == (kind, scope) and event["Actor"]["Attributes"].get("name") == name
    ]


def actions(events: list[Event]) -> list[str]:
    """What was done."""
    return [event["Action"] for event in events]


@pytest.mark.parametrize("kind", ["secret", "config"])
def test_a_payload_tells_of_its_life(told: Told, kind: str) -> None:
    """Creation and removal must be told, with id and name and nothing else."""
    events = of(told, kind, "swarm", f"event-{kind}")

    assert actions(events) == ["create", "remove"]
    assert {event["Actor"]["ID"] for event in events} == {told.ids[kind]}
    assert [event["Actor"]["Attributes"] for event in events] == [{"name": f"event-{kind}"}] * 2


def test_a_network_tells_of_its_life(told: Told) -> None:
    """Creation, the allocation after it, and removal must be told."""
    assert actions(of(told, "network", "swarm", "event-network")) == ["create", "update", "remove"]


def test_a_service_tells_of_its_life(told: Told) -> None:
    """Creation, writes with what they changed, the update's states, and removal must be told in order."""
    events = of(told, "service", "swarm", "event")
    attributes = [event["Actor"]["Attributes"] for event in events]
    changed = next(one for one in attributes if "image.new" in one)

    assert actions(events)[0] == "create"
    assert actions(events)[-1] == "remove"
    assert set(actions(events)[1:-1]) == {"update"}
    assert changed == {
        "name": "event",
        **{"image.old": "t/well:1", "image.new": "t/well:2"},
        **{"replicas.old": "1", "replicas.new": "2"},
    }
    states = [one["updatestate.new"] for one in attributes if "updatestate.new" in one]
    assert states == ["updating", "completed"]


def test_there_are_no_events_of_tasks(told: Told) -> None:
    """What a task does must be told by its container alone."""
    assert "task" not in {event["Type"] for event in told.events}


def test_a_container_tells_of_its_life(told: Told) -> None:
    """Creation, start, health, the signal, the end and the removal must be told, each with the swarm's labels."""
    events = [
        event
        for event in told.events
        if event["Type"] == "container"
        and event["Actor"]["Attributes"].get("image") == "t/well:1"
        and event["Actor"]["Attributes"].get("com.docker.swarm.service.name") == "event"
    ]
    seen = [action for action in actions(events) if not action.startswith("exec_")]

    assert is_subsequence(["create", "start", "health_status: healthy", "kill", "die"], seen)
    assert set(seen) == {"create", "start", "health_status: healthy", "kill", "die", "stop", "destroy"}
    assert {event["scope"] for event in events} == {"local"}
    for event in events:
        assert set(event["Actor"]["Attributes"]) >= {*SWARM_LABELS, "image", "name", "colour"}
        assert event["id"] == event["Actor"]["ID"]
        assert event["status"] == event["Action"]
        assert event["from"] == "t/well:1"


def test_signals_and_codes_are_told(told: Told) -> None:
    """A kill must say its signal, and an end its exit code."""
    by_action = {event["Action"]: event["Actor"]["Attributes"] for event in told.events if event["Type"] == "container"}

    assert by_action["kill"]["signal"] == "15"
    assert by_action["die"]["exitCode"] == "0"


def test_each_probe_is_told(told: Told) -> None:
    """A healthcheck's probes must be told as execs, with the command they run."""
    seen = {event["Action"] for event in told.events if event["Type"] == "container"}

    assert {"exec_create: test -e /tmp/ok", "exec_start: test -e /tmp/ok", "exec_die"} <= seen


def test_a_container_is_connected_and_disconnected(told: Told) -> None:
    """The network's driver must tell of each container that comes and goes, by its id."""
    events = of(told, "network", "local", "event-network")

    assert {"connect", "disconnect"} <= set(actions(events))
    for event in events:
        if event["Action"] in ("connect", "disconnect"):
            assert len(event["Actor"]["Attributes"]["container"]) == 64
            assert event["Actor"]["Attributes"]["type"] == "overlay"


def test_times_go_forward(told: Told) -> None:
    """The events of an object must come in order, and seconds and nanoseconds be one time."""
    for one in {(event["Actor"]["ID"], event["scope"]) for event in told.events}:
        times = [event["timeNano"] for event in told.events if (event["Actor"]["ID"], event["scope"]) == one]
        assert times == sorted(times)
    assert all(event["time"] == event["timeNano"] // SECOND for event in told.events)


@pytest.mark.parametrize(
    ("filters", "kept"),
    [
        ({"type": ["secret"]}, {"secret"}),
        ({"type": {"secret": True, "config": True}}, {"secret", "config"}),
        ({"scope": ["swarm"], "type": ["network", "service"]}, {"network", "service"}),
        ({"scope": ["local"], "type": ["service"]}, set()),
        ({"secret": ["event-secret"]}, {"secret"}),
        ({"service": ["event"]}, {"service", "secret", "config", "network", "container"}),
        ({"service": ["event"], "type": ["service"]}, {"service"}),
        ({"event": ["kill"]}, {"container"}),
        ({"image": ["t/well:2"], "event": ["start"]}, {"container"}),
        ({"label": ["colour=red"], "event": ["die"]}, {"container"}),
        ({"label": ["colour=blue"]}, set()),
        ({"network": ["event-network"], "scope": ["swarm"]}, {"network"}),
    ],
)
def test_filters_choose_events(swarm: Swarm, told: Told, filters: Any, kept: set[str]) -> None:
    """Only what passes all filters must come; one that names an object passes whatever has a name that begins so."""
    events = swarm.api.call("GET", "/events", since=told.since, until=told.until, filters=filters).lines

    assert {event["Type"] for event in events} == kept
    assert all(event in told.events for event in events)


def test_since_and_until_bound_the_past(swarm: Swarm, told: Told) -> None:
    """Nothing before or after must come, and the stream end at once."""
    middle = f"{told.events[len(told.events) // 2]['timeNano'] / SECOND:.6f}"
    early = swarm.api.call("GET", "/events", since=told.since, until=middle).lines

    assert 0 < len(early) < len(told.events)
    assert early == told.events[: len(early)]
    assert swarm.api.call("GET", "/events", since="1", until="2").lines == []
