"""Faults on command: what an operator sees of each, through the API alone, and the words for those that cannot be."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from docker import APIClient

from coopnb.practice.clock import EPOCH, SECOND
from coopnb.practice.faults import FAULTS, FaultError
from coopnb.practice.process import PracticeProcess
from coopnb.practice.routes import answer, read_request
from coopnb.practice.world import WorldError
from tests.practice.driver import Driver, world_of

NEVER = {"RestartPolicy": {"Condition": "none"}}
CHECK = {"Test": ["CMD", "probe"], "Interval": 2 * SECOND, "Retries": 2}


@pytest.fixture
def driver(tmp_path: Path) -> Driver:
    """A one-node swarm."""
    images: list[dict[str, Any]] = [
        {"match": "ticking:*", "logs": [{"text": "tick", "every": 1}, {"text": "oops", "at": 2, "stderr": True}]},
        {"match": "greedy:*", "memory": "300MiB"},
        {"match": "hungry:*", "behaviour": "out-of-memory", "crash_after": 2},
        {"match": "heavy:*", "pull": 2},
    ]
    return Driver(world_of(tmp_path, images=images))


def _events(driver: Driver, kind: str) -> list[str]:
    later = EPOCH // SECOND + 10**6
    target = f'/events?since=1&until={later}&filters={{"type":["{kind}"]}}'
    return [json.loads(line)["Action"] for line in driver.ask("GET", target).body.splitlines()]


def _errors(driver: Driver, service: str) -> list[str]:
    """The errors of a service's tasks, oldest first."""
    ordered = sorted(driver.tasks(service), key=lambda task: str(task["CreatedAt"]))
    return [task["Status"].get("Err", "") for task in ordered]


def _containers(driver: Driver) -> list[dict[str, Any]]:
    return [driver.get(f"/containers/{found['Id']}/json") for found in driver.get("/containers/json?all=1")]


def _lines(driver: Driver, service: str) -> list[str]:
    body = driver.ask("GET", f"/services/{service}/logs?stdout=1&stderr=1").body
    lines = []
    while body:
        length = int.from_bytes(body[4:8], "big")
        lines.append(body[8 : 8 + length].decode().rstrip("\n"))
        body = body[8 + length :]
    return lines


def test_every_fault_can_be_applied_and_every_trouble_has_an_end(driver: Driver) -> None:
    """Each fault of the table must do something, say what is so, and be listed as long as it lasts."""
    driver.create("web", container={"Healthcheck": CHECK})
    driver.create("other", replicas=3)
    driver.advance(6)
    targets = {"node": "only", "registry": "example.org", "image": "nginx:1", "nothing": ""}
    faults = driver.swarm.faults
    for fault in FAULTS:
        target = targets.get(fault.target, "web")
        if fault.name in ("kill", "out-of-memory"):
            target = "other.1" if fault.name == "kill" else "other.2"
        said = faults.apply(fault.name, target)
        assert said.endswith(".") and len(said) > 10
        driver.advance(12)
    assert faults.active() == []
    assert {fault.inverse for fault in FAULTS} - {""} <= {fault.name for fault in FAULTS}
    faults.apply("disk-full", "only")
    driver.advance(3)
    (active,) = faults.active()
    assert (active.name, active.target, driver.swarm.clock.now - active.since) == ("disk-full", "only", 3 * SECOND)
    assert active.sentence == "The disk of only is full."


@pytest.mark.parametrize(
    ("name", "target", "settings", "words"),
    [
        ("node-dwon", "only", {}, "there is no fault 'node-dwon'; did you mean 'node-down'?"),
        ("node-down", "onyl", {}, "there is no node 'onyl'; did you mean 'only'?; known are only"),
        ("node-down", "", {}, "node-down needs a target: a node"),
        ("manager-down", "only", {}, "manager-down takes no target"),
        ("kill", "wbe", {}, "there is no service or task 'wbe'; did you mean 'web'?"),
        ("kill", "idle", {}, "no container of 'idle' is running"),
        ("slow-link", "only", {"latncy": 1}, "slow-link has no setting 'latncy'; did you mean 'latency'?"),
        ("slow-link", "only", {"latency": 99}, "slow-link: latency must be a number from 0.001 to 10"),
        ("crash-loop", "web", {"after": "soon"}, "crash-loop: after must be a number from 0 to 3600"),
        ("kill", "web", {"hard": 1}, "kill has no settings"),
        ("unhealthy", "web", {}, "web has no healthcheck"),
        ("image-restored", "nginx:1", {}, "nginx:1 was not withdrawn"),
    ],
)
def test_a_fault_that_cannot_be_says_what_can(
    driver: Driver, name: str, target: str, settings: dict[str, Any], words: str
) -> None:
    """An unknown fault, target or setting must be refused with the nearest that is known, and nothing be changed."""
    driver.create("web")
    driver.create("idle", replicas=0)
    driver.advance(3)
    with pytest.raises(FaultError) as caught:
        driver.swarm.faults.apply(name, target, **settings)
    assert words in str(caught.value)
    assert driver.swarm.faults.active() == []


def test_a_killed_container_fails_its_task_and_is_replaced(driver: Driver) -> None:
    """A killed container must die with 137 without a word of its engine before, and swarm start another."""
    driver.create("web")
    driver.advance(3)
    assert driver.swarm.faults.apply("kill", "web.1") == "1 container of web.1 killed."
    assert _events(driver, "container") == ["create", "start", "die"]
    assert _containers(driver)[0]["State"]["ExitCode"] == 137
    assert _errors(driver, "web")[0] == "task: non-zero exit (137)"
    driver.advance(8)
    assert driver.states("web") == ["running"]


def test_a_container_that_runs_out_of_memory_is_marked(driver: Driver) -> None:
    """An OOM kill must show as event, in the container and in its task, on command or by an image's nature."""
    driver.create("web", template=NEVER)
    driver.create("hungry", "hungry:1", template=NEVER)
    driver.advance(5)
    driver.swarm.faults.apply("out-of-memory", "web")
    assert _events(driver, "container")[-2:] == ["oom", "die"]
    states = [found["State"] for found in _containers(driver)]
    assert [(state["OOMKilled"], state["ExitCode"]) for state in states] == [(True, 137)] * 2
    assert _errors(driver, "web") == _errors(driver, "hungry") == ["task: non-zero exit (137)"]


@pytest.mark.parametrize(("limit", "state"), [(200, "failed"), (400, "running"), (0, "running")])
def test_a_memory_limit_below_what_an_image_needs_kills_it(driver: Driver, limit: int, state: str) -> None:
    """A container must be killed for want of memory when its limit is lower than what its image needs."""
    limits = {"Resources": {"Limits": {"MemoryBytes": limit * 2**20}}} if limit else {}
    driver.create("web", "greedy:1", template={**NEVER, **limits})
    driver.advance(5)
    assert driver.tasks("web")[0]["Status"]["State"] == state


def test_a_crash_loop_lasts_until_it_is_ended(driver: Driver) -> None:
    """Containers in a crash loop must crash, running ones and new ones; ended, the next one must stay."""
    driver.create("web", template={"RestartPolicy": {"Delay": SECOND}})
    driver.advance(3)
    driver.swarm.faults.apply("crash-loop", "web", after=2, exit_code=9)
    driver.advance(1.9)
    assert driver.states("web") == ["running"]
    driver.advance(10)
    assert _errors(driver, "web")[:3] == ["task: non-zero exit (9)"] * 3
    driver.swarm.faults.apply("crash-loop-end", "web")
    driver.advance(3)
    count = len(driver.tasks("web"))
    driver.advance(60)
    assert driver.states("web") == ["running"]
    assert len(driver.tasks("web")) == count


def test_a_healthcheck_that_starts_failing_ends_the_task(driver: Driver) -> None:
    """After its retries a task must be unhealthy, killed when its grace is over, and replaced by one as ill."""
    driver.create("web", container={"Healthcheck": CHECK, "StopGracePeriod": SECOND})
    driver.advance(8)
    assert driver.states("web") == ["running"]
    driver.swarm.faults.apply("unhealthy", "web")
    driver.advance(4.2)
    assert driver.get("/containers/json")[0]["Status"].endswith("(unhealthy)")
    assert "health_status: unhealthy" in _events(driver, "container")
    driver.advance(1.5)
    assert _errors(driver, "web")[0] == "task: non-zero exit (137): dockerexec: unhealthy container"
    driver.advance(20)
    assert driver.states("web")[0] in ("starting", "ready")
    driver.swarm.faults.apply("healthy", "web")
    driver.advance(20)
    assert driver.states("web") == ["running"]


def test_one_task_alone_can_be_ill(driver: Driver) -> None:
    """A fault of one task must leave the other tasks of its service alone, and end with the task."""
    driver.create("web", replicas=2, container={"Healthcheck": CHECK, "StopGracePeriod": SECOND})
    driver.advance(8)
    driver.swarm.faults.apply("unhealthy", "web.2")
    driver.advance(7)
    assert [error[:25] for error in _errors(driver, "web")] == ["", "task: non-zero exit (137)", ""]
    driver.advance(15)
    assert driver.states("web") == ["running", "running"]


def test_a_full_disk_keeps_new_containers_out_and_lets_old_ones_run(driver: Driver) -> None:
    """On a full disk pulls and new containers must fail, running ones go on, and their output be lost."""
    driver.create("old", "ticking:1")
    driver.create("known")
    driver.advance(3.4)
    driver.swarm.faults.apply("disk-full", "only")
    printed = len(_lines(driver, "old"))
    driver.create("again", template=NEVER)
    driver.create("fresh", "nginx:9", template=NEVER)
    driver.advance(5)
    (again,) = driver.tasks("again")
    assert (again["Status"]["State"], again["Status"]["Message"]) == ("rejected", "preparing")
    assert again["Status"]["ContainerStatus"] == {"ContainerID": "", "PID": 0, "ExitCode": 0}
    assert again["Status"]["Err"].startswith("write /var/lib/docker/overlay2/")
    assert again["Status"]["Err"].endswith("-init/link: no space left on device")
    assert _errors(driver, "fresh") == ["No such image: nginx:9"]
    assert driver.states("old") == driver.states("known") == ["running"]
    assert len(_lines(driver, "old")) == printed
    pulled = json.loads(driver.ask("POST", "/images/create?fromImage=nginx&tag=9").body)
    assert pulled["error"].startswith("failed to register layer: write /")
    assert pulled["error"].endswith(": no space left on device")
    driver.swarm.faults.apply("disk-free", "only")
    driver.advance(3)
    assert len(_lines(driver, "old")) > printed


@pytest.mark.parametrize("target", ["", "reg.example.org"])
def test_a_registry_that_is_down_is_asked_in_vain(driver: Driver, target: str) -> None:
    """Questions to it must fail as dockerd words it; images that a node has must still start, others not."""
    driver.create("known", "reg.example.org/app:1")
    driver.advance(3)
    driver.swarm.faults.apply("registry-down", target)
    said = driver.call("GET", "/distribution/reg.example.org/app:1/json")
    assert said.status == 500
    assert said.message.startswith('Get "https://reg.example.org/v2/": dial tcp 198.51.100.')
    assert said.message.endswith(":443: connect: connection refused")
    driver.update("known", lambda spec: spec["TaskTemplate"].update(ForceUpdate=1))
    driver.create("fresh", "reg.example.org/app:2", template=NEVER)
    driver.create("hub", "nginx:1", template=NEVER)
    driver.advance(6)
    assert driver.states("known") == ["running"]
    assert _errors(driver, "fresh") == ["No such image: reg.example.org/app:2"]
    assert _errors(driver, "hub") == ([""] if target else ["No such image: nginx:1"])
    driver.swarm.faults.apply("registry-up", target)
    assert driver.call("GET", "/distribution/reg.example.org/app:1/json").status == 200


def test_docker_hub_and_a_local_registry_have_their_own_words(driver: Driver) -> None:
    """An image without a host must be asked for at Docker Hub, one on this machine over plain HTTP."""
    driver.swarm.faults.apply("registry-down")
    hub = driver.call("GET", "/distribution/nginx/json").message
    assert hub.startswith('Get "https://registry-1.docker.io/v2/": dial tcp ')
    local = driver.call("GET", "/distribution/127.0.0.1:5000/app:1/json").message
    assert local == 'Get "http://127.0.0.1:5000/v2/": dial tcp 127.0.0.1:5000: connect: connection refused'


def test_a_withdrawn_image_runs_where_it_was_pulled(driver: Driver) -> None:
    """No registry must have it any more, but a node that pulled it must still start it."""
    driver.create("known", "nginx:1")
    driver.advance(3)
    driver.swarm.faults.apply("image-withdrawn", "docker.io/library/nginx:*")
    said = driver.call("GET", "/distribution/nginx:1/json")
    assert (said.status, said.message) == (404, "manifest unknown: manifest unknown")
    driver.update("known", lambda spec: spec["TaskTemplate"].update(ForceUpdate=1))
    driver.create("fresh", "nginx:2", template=NEVER)
    driver.advance(6)
    assert driver.states("known") == ["running"]
    assert _errors(driver, "fresh") == ["No such image: nginx:2"]
    driver.swarm.faults.apply("image-restored", "nginx:*")
    assert driver.call("GET", "/distribution/nginx:1/json").status == 200


def test_a_slow_link_delays_pulls_orders_and_reports() -> None:
    """On a slow node a task must run later: its order, its pull and its reports take their time."""
    driver = Driver()
    driver.swarm.faults.apply("slow-link", "node2", latency=2, factor=10)
    for name in ("node2", "node3"):
        driver.create(f"on-{name}", template={"Placement": {"Constraints": [f"node.hostname=={name}"]}})
    driver.advance(2)
    assert (driver.states("on-node3"), driver.states("on-node2")) == (["running"], ["assigned"])
    driver.advance(6)
    assert driver.states("on-node2") == ["preparing"]
    driver.advance(4)
    assert driver.states("on-node2") == ["running"]
    assert driver.get("/nodes/node2")["Status"]["State"] == "ready"
    driver.swarm.faults.apply("fast-link", "node2")
    driver.update("on-node2", lambda spec: spec["TaskTemplate"].update(ForceUpdate=1))
    driver.advance(3)
    assert driver.states("on-node2") == ["running"]


def test_a_slow_link_of_the_manager_makes_every_answer_late(
    start: Callable[..., PracticeProcess], tmp_path: Path
) -> None:
    """Each answer of a manager with a slow link must cost the simulated time that a message takes."""
    world = tmp_path / "slow.yaml"
    world.write_text("faults: [{at: 0, fault: slow-link, target: node1, settings: {latency: 2}}]", encoding="utf-8")
    client = APIClient(f"unix://{start(world=world).socket}", version="1.44")
    times = [datetime.fromisoformat(client.info()["SystemTime"]) for _ in range(3)]
    client.close()
    assert [(later - earlier).total_seconds() for earlier, later in itertools.pairwise(times)] == [2, 2]


def test_an_engine_that_is_down_answers_nothing() -> None:
    """In process, too, an engine whose machine is down must not answer; the others must."""
    driver = Driver()
    driver.swarm.faults.apply("manager-down")
    assert driver.call("GET", "/services").status == 503
    response = answer(driver.swarm, read_request("GET", "/info", engine="node2"))
    assert response.status == 200
    driver.swarm.faults.apply("manager-up")
    assert driver.call("GET", "/services").status == 200


def test_a_world_schedules_faults(tmp_path: Path) -> None:
    """A fault must happen at its second; one that cannot must be told, and not stop the clock."""
    faults = [
        {"at": 30, "fault": "node-down", "target": "only"},
        {"at": 10, "fault": "crash-loop", "target": "web", "settings": {"after": 1}},
        {"at": 5, "fault": "kill", "target": "nobody"},
    ]
    driver = Driver(world_of(tmp_path, faults=faults))
    driver.create("web")
    driver.advance(9.9)
    assert driver.swarm.faults.active() == []
    driver.advance(2)
    assert _errors(driver, "web")[0] == "task: non-zero exit (1)"
    assert driver.swarm.faults.missed == [
        "kill nobody, due after 5 s: there is no service or task 'nobody'; known are web"
    ]
    driver.advance(20)
    assert [fault.name for fault in driver.swarm.faults.active()] == ["crash-loop", "node-down"]


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"at": 1, "fault": "nod-down", "target": "only"}, "world.yaml: faults.0: there is no fault 'nod-down'"),
        ({"at": 1, "fault": "node-down", "target": "node9"}, "world.yaml: faults.0: there is no node 'node9'"),
        ({"at": 1, "fault": "node-down", "target": "only", "settings": {"x": 1}}, "faults.0: node-down has no setting"),
        ({"at": 1, "fault": "kill"}, "faults.0: kill needs a target"),
    ],
)
def test_a_scheduled_fault_that_can_never_be_is_named(tmp_path: Path, fault: dict[str, Any], words: str) -> None:
    """An unknown fault, node or setting in a schedule must be an error of the world file that names its place."""
    with pytest.raises(WorldError) as caught:
        Driver(world_of(tmp_path, faults=[fault]))
    assert words in str(caught.value)


def test_faults_are_repeatable(tmp_path: Path) -> None:
    """The same calls and the same faults must give the same answers, byte for byte."""

    def story() -> bytes:
        driver = Driver(seed=5)
        driver.create("web", "nginx:1", replicas=4, container={"Healthcheck": CHECK})
        driver.advance(8)
        for name, target in (("partition", "node2"), ("unhealthy", "web"), ("disk-full", "node3"), ("kill", "web.1")):
            driver.swarm.faults.apply(name, target)
            driver.advance(9)
        later = EPOCH // SECOND + 10**6
        targets = ("/tasks", "/nodes", "/containers/json?all=1", f"/events?since=1&until={later}")
        return b"".join(driver.ask("GET", target).body for target in targets)

    assert story() == story()
