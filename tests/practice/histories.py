"""Random histories of a swarm: what people and machines do to it, as values that hypothesis can make and shrink."""

from __future__ import annotations

import base64
import json
import random
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from coopnb.practice.clock import SECOND
from coopnb.practice.faults import FaultError
from tests.practice.driver import Driver, spec

LISTS = (
    *("/services", "/services?status=true", "/tasks", "/nodes", "/networks", "/secrets", "/configs", "/volumes"),
    *("/containers/json?all=1", "/info", "/version", "/swarm", "/images/json"),
)
IMAGES = ("busybox:1", "nginx:1.27", "mediawiki:1.43.0", "mediawiki:1.39.17", "example.org/missing:1")
NAMES = ("web", "app", "db")
FAULTS = (
    *("node-down", "node-up", "partition", "heal", "disk-full", "disk-free", "registry-down", "registry-up"),
    *("manager-down", "manager-up", "slow-link", "fast-link"),
)
SECONDS = (0.0, 0.05, 0.3, 1.0, 4.0, 15.0, 70.0)
SHAPES: dict[str, tuple[Any, ...]] = {
    "everywhere": (True,),
    "port": (0, 8080),
    "network": ("proxy", "back"),
    "constraint": ("node.role==worker", "node.hostname!=node2"),
    "check": (True,),
    "action": ("pause", "continue", "rollback"),
    "order": ("stop-first", "start-first"),
}
CALLS: dict[str, tuple[str, str, Any]] = {
    "pull": ("POST", "/images/create?fromImage=busybox&tag=1.36", None),
    "make a volume": ("POST", "/volumes/create", {"Name": "data"}),
    "remove a volume": ("DELETE", "/volumes/data", None),
    "prune containers": ("POST", "/containers/prune", None),
    "prune images": ("POST", "/images/prune", None),
    "prune networks": ("POST", "/networks/prune", None),
    "leave": ("POST", "/swarm/leave?force=1", None),
    "begin anew": ("POST", "/swarm/init", {"ListenAddr": "0.0.0.0:2377", "AdvertiseAddr": "10.97.0.1"}),
}
AILMENTS = ("kill", "crash-loop", "crash-loop-end", "out-of-memory", "unhealthy", "healthy")


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happens: its kind, what it is done to, and with which value."""

    kind: str
    target: str = ""
    value: Any = None


def histories(longest: int = 25) -> st.SearchStrategy[list[Step]]:
    """Lists of steps; many of them are refused by the swarm, as in life."""
    names, seconds = st.sampled_from(NAMES), st.sampled_from(SECONDS)
    shapes = st.fixed_dictionaries(
        {"image": st.sampled_from(IMAGES), "replicas": st.integers(0, 3)},
        optional={key: st.sampled_from(values) for key, values in SHAPES.items()},
    )
    return st.lists(
        st.one_of(
            st.builds(Step, st.just("create"), names, shapes),
            st.builds(Step, st.just("image"), names, st.sampled_from(IMAGES)),
            st.builds(Step, st.just("scale"), names, st.integers(0, 4)),
            st.builds(Step, st.sampled_from(("force", "rollback", "remove", "stale")), names),
            st.builds(Step, st.sampled_from(("network", "secret", "config")), st.sampled_from(("back", "key"))),
            st.builds(Step, st.sampled_from(("remove-network", "remove-secret")), st.sampled_from(("back", "key"))),
            st.builds(Step, st.just("node"), st.sampled_from(("node2", "node3")), st.sampled_from(("active", "drain"))),
            st.builds(Step, st.just("call"), st.sampled_from(tuple(CALLS))),
            st.builds(Step, st.just("fault"), st.sampled_from(FAULTS), st.just("node2")),
            st.builds(Step, st.just("fault"), st.sampled_from(AILMENTS), names),
            st.builds(Step, st.just("advance"), st.just(""), seconds),
        ),
        min_size=3,
        max_size=longest,
    )


def perform(driver: Driver, step: Step) -> bytes:
    """Let a step happen; its answer, refusals included."""
    match step.kind:
        case "advance":
            driver.advance(step.value)
            return b""
        case "call":
            method, target, body = CALLS[step.target]
            return driver.ask(method, target, body).body
        case "fault":
            return _fault(driver, step.target, step.value)
        case "create":
            return driver.ask("POST", "/services/create", _service(step.target, step.value)).body
        case "remove":
            return driver.ask("DELETE", f"/services/{step.target}").body
        case "network":
            return driver.ask("POST", "/networks/create", {"Name": step.target, "Driver": "overlay"}).body
        case "secret" | "config":
            data = base64.b64encode(f"value of {step.target}".encode()).decode()
            body = {"Name": step.target, "Labels": {"a": "b"}, "Data": data}
            return driver.ask("POST", f"/{step.kind}s/create", body).body
        case "remove-network" | "remove-secret":
            return driver.ask("DELETE", f"/{step.kind.removeprefix('remove-')}s/{step.target}").body
        case "node":
            return _availability(driver, step)
        case _:
            return _change(driver, step)


def everything(driver: Driver) -> bytes:
    """All that can be read from outside, as one text."""
    answers = [driver.ask("GET", target).body for target in LISTS]
    answers.append(driver.ask("GET", f"/events?since=1&until={driver.swarm.clock.now // SECOND}").body)
    answers += [driver.ask("GET", f"/services/{name}/logs?stdout=1&timestamps=1").body for name in NAMES]
    answers += [json.dumps(event).encode() for event in driver.swarm.events.past()]
    return b"\n".join(answers)


def _service(name: str, shape: dict[str, Any]) -> dict[str, Any]:
    template: dict[str, Any] = {"RestartPolicy": {"Condition": "any", "Delay": SECOND, "MaxAttempts": 3}}
    template |= {"Networks": [{"Target": shape["network"]}]} if "network" in shape else {}
    template |= {"Placement": {"Constraints": [shape["constraint"]]}} if "constraint" in shape else {}
    update = {"Parallelism": 1, "Monitor": 2 * SECOND, "FailureAction": shape.get("action", "pause")}
    update |= {"Order": shape["order"]} if "order" in shape else {}
    changes: dict[str, Any] = {"UpdateConfig": update, "template": template}
    if "check" in shape:
        changes["container"] = {"Healthcheck": {"Test": ["CMD", "true"], "Interval": SECOND, "Retries": 2}}
    if "port" in shape:
        changes["EndpointSpec"] = {"Ports": [{"TargetPort": 80, "PublishedPort": shape["port"]}]}
    if "everywhere" in shape:
        changes["Mode"] = {"Global": {}}
    return spec(name, shape["image"], replicas=shape["replicas"], **changes)


def _fault(driver: Driver, name: str, target: str) -> bytes:
    """What is said of a fault, or against it."""
    try:
        return driver.swarm.faults.apply(name, "" if name.startswith(("manager", "registry")) else target).encode()
    except FaultError as error:
        return str(error).encode()


def _availability(driver: Driver, step: Step) -> bytes:
    """An update of a node, unless the manager is down."""
    found = driver.call("GET", f"/nodes/{step.target}")
    if found.status != 200:
        return found.message.encode()
    target = f"/nodes/{step.target}/update?version={found.body['Version']['Index']}"
    return driver.ask("POST", target, {**found.body["Spec"], "Availability": step.value}).body


def _change(driver: Driver, step: Step) -> bytes:
    """An update of a service, if it is there; ``stale`` names a version index that is long gone."""
    found = driver.call("GET", f"/services/{step.target}")
    if found.status != 200:
        return b""
    wanted, query, index = found.body["Spec"], "", found.body["Version"]["Index"]
    match step.kind:
        case "image":
            wanted["TaskTemplate"]["ContainerSpec"]["Image"] = step.value
        case "scale" if "Replicated" in wanted["Mode"]:
            wanted["Mode"]["Replicated"]["Replicas"] = step.value
        case "force":
            wanted["TaskTemplate"]["ForceUpdate"] = wanted["TaskTemplate"].get("ForceUpdate", 0) + 1
        case "rollback":
            query = "&rollback=previous"
        case "stale":
            index = 1
    return driver.ask("POST", f"/services/{step.target}/update?version={index}{query}", wanted).body


def long_history(seed: int, length: int) -> list[Step]:
    """A history of everything that there is, the same for the same seed."""
    chance = random.Random(f"history {seed}")
    return [_any_step(chance) for _ in range(length)]


def _any_step(chance: random.Random) -> Step:
    name, machine, thing = chance.choice(NAMES), chance.choice(("node2", "node3")), chance.choice(("back", "key"))
    shape: dict[str, Any] = {"image": chance.choice(IMAGES), "replicas": chance.randint(1, 3)}
    for key, values in SHAPES.items():
        shape |= {key: chance.choice(values)} if chance.random() < 0.3 else {}
    steps = (
        *(Step("create", name, shape),) * 3,
        Step("image", name, chance.choice(IMAGES)),
        Step("scale", name, chance.randint(0, 4)),
        Step(chance.choice(("force", "rollback", "remove", "stale")), name),
        Step(chance.choice(("network", "secret", "config", "remove-network", "remove-secret")), thing),
        Step("node", machine, chance.choice(("active", "active", "drain", "pause"))),
        Step("call", chance.choice([call for call in CALLS if call != "leave"])),
        Step("fault", chance.choice(FAULTS), machine),
        Step("fault", chance.choice(AILMENTS), name),
        *(Step("advance", "", chance.choice(SECONDS)),) * 6,
    )
    return chance.choice(steps)
