"""What an engine remembers of an app, on both kinds of swarm: whoever did it, and nothing of others."""

from __future__ import annotations

import time
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from coopnb.engine import Engine, connect
from coopnb.model.remembered import Remembered
from coopnb.observe import remembered
from coopnb.observe.remembered import UNSAID
from coopnb.observe.times import moment
from tests.testbed.requirements import require_sshd
from tests.testbed.ssh import sshd
from tests.testbed.ssh_client import client_home, introduce


def test_what_somebody_did_to_a_stack_is_remembered(engine: Engine) -> None:
    """Writes that coopnb never made must be told in their order, once, with what they changed, and the answer end."""
    stack = f"heard{uuid4().hex[:6]}"
    since = moment(engine.info()["SystemTime"])
    secret = engine.create("secret", {"Name": f"{stack}_key_v1", "Data": "eA=="})
    other = engine.create("secret", {"Name": f"other-{stack}_key", "Data": "eA=="})
    service = engine.create("service", _spec(f"{stack}_app", "busybox:1"))
    _write(engine, service, _spec(f"{stack}_app", "busybox:2", tasks=0, mark="x"))
    _pass(engine, moment(engine.info()["SystemTime"]) + timedelta(seconds=1))
    _write(engine, service, _spec(f"{stack}_app", "busybox:2", tasks=0, mark="y"))
    engine.remove("service", service)
    for one in (secret, other):
        engine.remove("secret", one)

    told = remembered(engine, stack, since)

    assert _lines(told) == [
        f"secret {stack}_key_v1: created",
        f"service {stack}_app: created",
        f"service {stack}_app: image busybox:1 -> busybox:2",
        f"service {stack}_app: {UNSAID}",
        f"service {stack}_app: removed",
        f"secret {stack}_key_v1: removed",
    ]
    assert all(since <= event.at <= told.until for event in told.events)
    assert (told.whole, told.left_out, told.known_since) == (True, 0, since)
    ahead = remembered(engine, stack, told.until + timedelta(hours=1))
    assert ahead.since == ahead.until, "a time that has not come is not waited for"


def test_a_node_that_is_drained_is_remembered(engine: Engine) -> None:
    """A change of a node must be told for every app: its tasks may have been there."""
    since = moment(engine.info()["SystemTime"])
    [node] = [one for one in engine.nodes().body if one.get("ManagerStatus", {}).get("Leader")]
    name = node["Description"]["Hostname"]
    for availability in ("drain", "active"):
        [now] = [one for one in engine.nodes().body if one["ID"] == node["ID"]]
        body = {**now["Spec"], "Availability": availability}
        index = str(now["Version"]["Index"])
        engine.request("POST", f"/nodes/{node['ID']}/update", params={"version": index}, body=body)

    told = remembered(engine, "nothing", since)

    assert _lines(told) == [f"node {name}: active -> drain", f"node {name}: drain -> active"]


@pytest.mark.timeout(60)
def test_it_is_told_the_same_over_ssh(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind a real sshd the answer must be the same, end by itself, and leave the one connection fit for more."""
    require_sshd("the way to the engine")
    stack = f"far{uuid4().hex[:6]}"
    since = moment(engine.info()["SystemTime"])
    home = client_home(tmp_path / "home")
    monkeypatch.setenv("HOME", str(home.path))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    with sshd(tmp_path / "server", engine.url) as server:
        introduce(home, server, "far")
        with closing(connect("ssh://far", timeout=20)) as far:
            service = far.create("service", _spec(f"{stack}_app", "busybox:1"))
            _write(engine, service, _spec(f"{stack}_app", "busybox:2"))
            far.remove("service", service)
            asked = far.requests
            told = [remembered(far, stack, since) for _ in range(5)]
            assert far.requests - asked == 5 * 2
            assert len(far.nodes().body) == len(engine.nodes().body)
            near = remembered(engine, stack, since)
        assert server.logins() == 1

    assert [line for line in _lines(near) if stack in line] == [
        f"service {stack}_app: created",
        f"service {stack}_app: image busybox:1 -> busybox:2",
        f"service {stack}_app: removed",
    ]
    assert [(one.events, one.whole, one.known_since) for one in told] == [(near.events, True, since)] * 5


def _spec(name: str, image: str, tasks: int = 0, mark: str = "") -> dict[str, object]:
    container = {"Image": image, "Env": [f"MARK={mark}"]}
    return {
        "Name": name,
        "TaskTemplate": {"ContainerSpec": container},
        "Mode": {"Replicated": {"Replicas": tasks}},
    }


def _write(engine: Engine, service: str, spec: dict[str, object]) -> None:
    [now] = [one for one in engine.services().body if one["ID"] == service]
    engine.update_service(service, now["Version"]["Index"], spec)


def _pass(engine: Engine, until: datetime) -> None:
    """Wait for the engine's clock; a practice swarm's moves when it is read."""
    deadline = time.monotonic() + 30
    while moment(engine.info()["SystemTime"]) < until and time.monotonic() < deadline:
        engine.tasks()
        time.sleep(0.01)


def _lines(told: Remembered) -> list[str]:
    """The events, but those of an update's course: how far it came is a matter of time."""
    return [f"{event.kind} {event.name}: {event.text}" for event in told.events if not event.update]
