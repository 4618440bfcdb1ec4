"""Wrong input is refused with dockerd's status and words (recorded on 26.1.5)."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.practice.driver import Driver, spec
from tests.tables import table

CASES = table(Path(__file__).with_name("cases").joinpath("refusals.yaml"))
LABELS_ONLY = "rpc error: code = InvalidArgument desc = only updates to Labels are allowed"
OUT_OF_SEQUENCE = "rpc error: code = Unknown desc = update out of sequence"


@pytest.fixture
def driver() -> Driver:
    """A swarm with one service that has a port."""
    driver = Driver()
    driver.create("taken", EndpointSpec={"Ports": [{"TargetPort": 80, "PublishedPort": 8085}]})
    return driver


def _with(base: dict[str, Any], path: str, value: Any) -> None:
    *parents, last = path.split(".")
    for parent in parents:
        base = base.setdefault(parent, {})
    base[last] = value


def _payload(data: bytes, **more: Any) -> dict[str, Any]:
    return {"Name": "thing", "Data": base64.b64encode(data).decode(), **more}


@pytest.mark.parametrize("case", CASES["service"], ids=lambda case: str(case["say"]))
def test_a_bad_service_is_refused(driver: Driver, case: dict[str, Any]) -> None:
    """Creating a service that a real engine refuses must give its status and text, and create nothing."""
    wanted = spec("fresh", container={"Labels": {}})
    for path, value in case["keys"].items():
        _with(wanted, path, value)
    said = driver.call("POST", "/services/create", wanted)
    taken = driver.get("/services/taken")["ID"]
    assert (said.status, said.message) == (case["status"], case["message"].replace("{taken}", taken))
    assert len(driver.get("/services")) == 1


@pytest.mark.parametrize("case", CASES["call"], ids=lambda case: str(case["say"]))
def test_a_bad_call_is_refused(driver: Driver, case: dict[str, Any]) -> None:
    """A call that a real engine refuses must give its status and text."""
    method, target = case["call"].split(" ", 1)
    body = spec("taken") if method == "POST" else None
    said = driver.call(method, quote(target, safe="/?=&:"), body)
    assert (said.status, said.message) == (case["status"], case["message"])


def test_an_update_must_know_the_newest_version(driver: Driver) -> None:
    """An update with a stale version must be refused as out of sequence, with status 500."""
    service = driver.get("/services/taken")
    target = f"/services/taken/update?version={service['Version']['Index']}"
    assert driver.call("POST", target, service["Spec"]).status == 200
    said = driver.call("POST", target, service["Spec"])
    assert (said.status, said.message) == (500, OUT_OF_SEQUENCE)


@pytest.mark.parametrize(
    ("change", "query", "status", "message"),
    [
        ({"Name": "other"}, "", 501, "rpc error: code = Unimplemented desc = renaming services is not supported"),
        (
            {"Mode": {"Global": {}}},
            "",
            501,
            "rpc error: code = Unimplemented desc = service mode change is not allowed",
        ),
        ({}, "&rollback=zzz", 500, "unrecognized rollback option zzz"),
    ],
)
def test_what_an_update_cannot_change(driver: Driver, change: Any, query: str, status: int, message: str) -> None:
    """Renaming, another mode and an unknown rollback option must be refused as dockerd does."""
    said = driver.update("taken", lambda found: found.update(change), query)
    assert (said.status, said.message) == (status, message)


@pytest.mark.parametrize(("kind", "word", "limit"), [("secrets", "secret", 512_000), ("configs", "config", 1_024_000)])
def test_secrets_and_configs_change_their_labels_only(kind: str, word: str, limit: int) -> None:
    """Sizes, names, updates and use of secrets and configs must be checked as swarmkit checks them."""
    driver = Driver()
    sizes = f"rpc error: code = InvalidArgument desc = {word} data must be larger than 0 and less than {limit} bytes"
    for wrong in (b"", b"x" * limit):
        said = driver.call("POST", f"/{kind}/create", _payload(wrong))
        assert (said.status, said.message) == (400, sizes)
    assert driver.call("POST", f"/{kind}/create", _payload(b"x" * (limit - 1), Name="large")).status == 201
    assert driver.call("POST", f"/{kind}/create", _payload(b"one")).status == 201
    said = driver.call("POST", f"/{kind}/create", _payload(b"two"))
    assert (said.status, said.message) == (409, f"rpc error: code = AlreadyExists desc = {word} thing already exists")
    index = driver.get(f"/{kind}/thing")["Version"]["Index"]
    for wrong_spec in (_payload(b"two"), _payload(b"one", Name="other")):
        said = driver.call("POST", f"/{kind}/thing/update?version={index}", wrong_spec)
        assert (said.status, said.message) == (400, LABELS_ONLY)
    assert (
        driver.call("POST", f"/{kind}/thing/update?version={index}", _payload(b"one", Labels={"a": "b"})).status == 200
    )
    assert driver.get(f"/{kind}/thing")["Spec"]["Labels"] == {"a": "b"}
    said = driver.call("POST", f"/{kind}/thing/update?version={index}", {"Name": "thing"})
    assert (said.status, said.message) == (500, OUT_OF_SEQUENCE)
    assert ("Data" in driver.get(f"/{kind}/thing")["Spec"]) is (word == "config")


@pytest.mark.parametrize("word", ["secret", "config"])
def test_what_a_service_uses_stays(word: str) -> None:
    """A secret or config in use must not be removed, and once unused it must go."""
    driver = Driver()
    made = driver.call("POST", f"/{word}s/create", _payload(b"one")).body["ID"]
    reference = {f"{word.capitalize()}ID": made, f"{word.capitalize()}Name": "thing", "File": {"Name": "x"}}
    driver.create("user", container={f"{word.capitalize()}s": [reference]})
    said = driver.call("DELETE", f"/{word}s/thing")
    text = f"rpc error: code = InvalidArgument desc = {word} 'thing' is in use by the following service: user"
    assert (said.status, said.message) == (400, text)
    driver.call("DELETE", "/services/user")
    assert driver.call("DELETE", f"/{word}s/thing").status == 204


def test_networks_are_checked() -> None:
    """A network's name, its subnet and its use must be checked as dockerd checks them."""
    driver = Driver()
    made = driver.call("POST", "/networks/create", {"Name": "own", "Driver": "overlay"})
    assert made.status == 201
    said = driver.call("POST", "/networks/create", {"Name": "own", "Driver": "overlay"})
    assert (said.status, said.message) == (409, "network with name own already exists")
    bad = {"Name": "bad", "Driver": "overlay", "IPAM": {"Config": [{"Subnet": "10.0.0.0"}]}}
    said = driver.call("POST", "/networks/create", bad)
    text = "invalid network config:\ninvalid subnet 10.0.0.0: invalid CIDR block notation"
    assert (said.status, said.message) == (400, text)
    service = driver.create("user", template={"Networks": [{"Target": "own"}]})
    said = driver.call("DELETE", "/networks/own")
    network = made.body["Id"]
    text = f"rpc error: code = FailedPrecondition desc = network {network} is in use by service {service}"
    assert (said.status, said.message) == (400, text)


def test_nodes_are_checked() -> None:
    """A bad availability, the last manager's demotion and a stale version must be refused."""
    driver = Driver()
    node = driver.get("/nodes/node1")
    target = f"/nodes/node1/update?version={node['Version']['Index']}"
    said = driver.call("POST", target, {**node["Spec"], "Availability": "zzz"})
    assert (said.status, said.message) == (400, 'invalid Availability: "zzz"')
    said = driver.call("POST", target, {**node["Spec"], "Role": "worker"})
    text = "rpc error: code = FailedPrecondition desc = attempting to demote the last manager of the swarm"
    assert (said.status, said.message) == (400, text)
    said = driver.call("POST", "/nodes/node1/update?version=99999", node["Spec"])
    assert (said.status, said.message) == (500, OUT_OF_SEQUENCE)


def test_a_reference_may_be_the_beginning_of_an_id() -> None:
    """An id's beginning must find the one object it fits, and be refused when it fits several."""
    driver = Driver()
    first = driver.create("first")
    assert driver.get(f"/services/{first[:6]}")["ID"] == first
    beginnings = {driver.create(f"more{number}")[0] for number in range(40)} | {first[0]}
    ids = [service["ID"] for service in driver.get("/services")]
    shared = next(letter for letter in sorted(beginnings) if sum(found.startswith(letter) for found in ids) > 1)
    said = driver.call("GET", f"/services/{shared}")
    count = sum(found.startswith(shared) for found in ids)
    assert (said.status, said.message) == (400, f"service {shared} is ambiguous ({count} matches found)")


@pytest.mark.parametrize(
    "call",
    ["POST /containers/create", "POST /plugins/pull", "POST /build", "POST /images/nginx/push", "GET /images/get"],
)
def test_what_is_not_simulated_says_so(call: str) -> None:
    """What a real engine can do and this one cannot must answer 501, name itself and say why."""
    method, path = call.split(" ")
    said = Driver().call(method, "/v1.45" + path)
    assert said.status == 501
    assert said.message.startswith(f"the practice swarm does not simulate {call}: ")


@pytest.mark.parametrize("call", ["POST /services/x/shoes", "DELETE /info", "GET /", "GET /services/", "GET /a/b/c"])
def test_what_no_engine_knows_is_not_found(call: str) -> None:
    """A path or a method that no engine knows must be answered as dockerd does: 404, page not found."""
    method, path = call.split(" ")
    for version in ("", "/v1.45"):
        said = Driver().call(method, version + path)
        assert (said.status, said.message) == (404, "page not found")


def test_versions_that_are_not_spoken_are_refused() -> None:
    """A version prefix beyond the newest or before the oldest must be refused as dockerd does; others are heard."""
    driver = Driver()
    assert driver.call("GET", "/v1.41/_ping").body == driver.call("GET", "/_ping").body == b"OK"
    said = driver.call("GET", "/v1.99/info")
    assert (said.status, said.message) == (
        400,
        "client version 1.99 is too new. Maximum supported API version is 1.51",
    )
    assert driver.call("GET", "/v1.12/info").status == 400
