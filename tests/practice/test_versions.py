"""What differs by the version that a client speaks, and what the oldest is that a world lets it speak."""

from __future__ import annotations

from pathlib import Path

import pytest

from coopnb.practice.routes import answer, read_request
from tests.practice.driver import Driver, spec, world_of

NEWEST, OLDER = "/v1.51", "/v1.41"


@pytest.fixture
def driver() -> Driver:
    """A swarm with a container on the manager and on every other node."""
    driver = Driver()
    assert driver.call("POST", "/services/create", spec("web", Mode={"Global": {}})).status == 201
    driver.advance(5)
    return driver


def test_a_world_raises_the_oldest_version(tmp_path: Path) -> None:
    """Below a world's oldest version every call must be refused as engine 29 does, and the ping must say so."""
    driver = Driver(world_of(tmp_path, minimum_api="1.44"))
    said = driver.call("GET", "/v1.43/info")
    assert (said.status, said.message) == (
        400,
        "client version 1.43 is too old. Minimum supported API version is 1.44, "
        "please upgrade your client to a newer version",
    )
    assert driver.call("GET", "/v1.44/info").status == 200
    assert driver.get("/version")["MinAPIVersion"] == "1.44"


def test_an_ancient_client_is_refused_in_plain_text() -> None:
    """A client from before 1.24 must be told in plain text, for it knows no other."""
    response = Driver().ask("GET", "/v1.23/info")
    assert (response.status, response.content_type) == (400, "text/plain; charset=utf-8")
    assert response.body.startswith(b"client version 1.23 is too old.")


def test_lists_are_of_the_version(driver: Driver) -> None:
    """Images have a virtual size up to 1.43 and a number of containers from 1.51."""
    new, old = driver.get(f"{NEWEST}/images/json")[0], driver.get(f"{OLDER}/images/json")[0]
    assert ("VirtualSize" in new, new["Containers"]) == (False, 1)
    assert (old["VirtualSize"], old["Containers"]) == (old["Size"], -1)
    assert "BridgeNfIptables" in driver.get(f"{OLDER}/info")
    assert "BridgeNfIptables" not in driver.get(f"{NEWEST}/info")


def test_logs_are_of_the_version(driver: Driver) -> None:
    """The content type of logs must tell multiplexed streams from raw ones from 1.42 on."""
    for version, kind in ((NEWEST, "multiplexed"), (OLDER, "raw")):
        response = driver.ask("GET", f"{version}/services/web/logs?stdout=1")
        assert response.content_type == f"application/vnd.docker.{kind}-stream"


def test_a_spec_is_of_the_version(driver: Driver) -> None:
    """What came with a later version must be dropped from a service spec in silence."""
    wanted = spec("old", container={"OomScoreAdj": 5, "Healthcheck": {"Test": ["CMD", "true"], "StartInterval": 10**9}})
    assert driver.call("POST", f"{OLDER}/services/create", wanted).status == 201
    kept = driver.get("/services/old")["Spec"]["TaskTemplate"]["ContainerSpec"]
    assert "OomScoreAdj" not in kept
    assert kept["Healthcheck"] == {"Test": ["CMD", "true"]}
    assert driver.call("POST", f"{NEWEST}/services/create", {**wanted, "Name": "new"}).status == 201
    kept = driver.get("/services/new")["Spec"]["TaskTemplate"]["ContainerSpec"]
    assert (kept["OomScoreAdj"], kept["Healthcheck"]["StartInterval"]) == (5, 10**9)


def test_a_workers_engine_answers_as_a_worker(driver: Driver) -> None:
    """A worker must know its own containers and events, not the swarm's, and say who the managers are."""
    swarm = driver.swarm

    def ask(target: str) -> tuple[int, str]:
        response = answer(swarm, read_request("GET", target, engine="node2"))
        return response.status, response.body.decode()

    status, said = ask("/services")
    assert status == 503
    assert "Worker nodes can't be used to view or modify cluster state." in said
    assert driver.get("/info")["Swarm"]["ControlAvailable"] is True
    assert '"ControlAvailable":false' in ask("/info")[1]
    assert '"Name":"node2"' in ask("/info")[1]
    own, managers = ask("/containers/json")[1], driver.get("/containers/json")
    assert managers[0]["Id"] not in own
    assert '"com.docker.swarm.service.name":"web"' in own
    events = ask("/events?since=1&until=1767225604")[1]
    assert '"Type":"container"' in events
    assert '"Type":"service"' not in events
    assert answer(swarm, read_request("GET", "/_ping", engine="node2")).headers["Swarm"] == "active/worker"


def test_logins_are_accepted_and_forgotten(driver: Driver) -> None:
    """A registry login that comes with a call must neither be refused nor be found anywhere afterwards."""
    body = b'{"Name":"private","TaskTemplate":{"ContainerSpec":{"Image":"nginx:1.27"}}}'
    headers = {"Content-Type": "application/json", "X-Registry-Auth": "c2VjcmV0LWxvZ2lu"}
    assert answer(driver.swarm, read_request("POST", "/services/create", body, headers)).status == 201
    for target in ("/services/private", "/events?since=1&until=1767225605", "/tasks"):
        assert b"c2VjcmV0" not in driver.ask("GET", target).body
    assert "c2VjcmV0" not in driver.swarm.journal.text(driver.swarm.world, 1, driver.swarm.born, {})
