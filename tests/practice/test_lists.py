"""What is read back: normal forms, filters, statuses, defaults, and who the engine says it is."""

from __future__ import annotations

from typing import Any

import pytest

from coopnb.practice.clock import SECOND
from tests.practice.driver import Driver, spec


@pytest.fixture
def driver() -> Driver:
    """A swarm with two services, one of them of a stack."""
    driver = Driver()
    driver.create("demo_web", "nginx:1.27", replicas=2, Labels={"com.docker.stack.namespace": "demo", "empty": ""})
    driver.create("other", Mode={"Global": {}})
    driver.advance(3)
    return driver


def test_a_spec_is_read_back_as_dockerd_does() -> None:
    """Absent modes, empty values and names of networks must come back filled in, dropped and as ids."""
    driver = Driver()
    sent: dict[str, Any] = {
        "name": "web",
        "TaskTemplate": {
            "ContainerSpec": {
                "Image": "nginx:1.27",
                "Env": [],
                "Init": False,
                "Privileges": {"CredentialSpec": None, "SELinuxContext": None, "NoNewPrivileges": False},
                "Healthcheck": {"Test": ["CMD", "true"], "Interval": SECOND, "Retries": 0},
            },
            "Resources": {},
            "RestartPolicy": {"Condition": "", "Delay": SECOND},
            "Networks": [{"Target": "proxy", "Aliases": ["web"]}],
            "Unknown": {"dropped": True},
        },
        "Mode": {"replicated": {}},
        "UpdateConfig": {"Parallelism": 2},
        "EndpointSpec": {"Ports": [{"TargetPort": 80, "PublishedPort": 8080}]},
    }
    assert driver.call("POST", "/services/create", sent).status == 201
    network = driver.get("/networks/proxy")["Id"]
    service = driver.get("/services/web")
    assert service["Spec"] == {
        "Name": "web",
        "Labels": {},
        "TaskTemplate": {
            "ContainerSpec": {
                "Image": "nginx:1.27",
                "Init": False,
                "Privileges": {"CredentialSpec": None, "SELinuxContext": None, "NoNewPrivileges": False},
                "Healthcheck": {"Test": ["CMD", "true"], "Interval": SECOND},
                "Isolation": "default",
            },
            "Resources": {},
            "RestartPolicy": {"Condition": "any", "MaxAttempts": 0, "Delay": SECOND},
            "Networks": [{"Target": network, "Aliases": ["web"]}],
            "ForceUpdate": 0,
            "Runtime": "container",
        },
        "Mode": {"Replicated": {"Replicas": 1}},
        "UpdateConfig": {"Parallelism": 2, "FailureAction": "pause", "MaxFailureRatio": 0, "Order": "stop-first"},
        "EndpointSpec": {
            "Mode": "vip",
            "Ports": [{"Protocol": "tcp", "TargetPort": 80, "PublishedPort": 8080, "PublishMode": "ingress"}],
        },
    }
    assert [address["NetworkID"] for address in service["Endpoint"]["VirtualIPs"]][1:] == [network]


def test_what_was_read_can_be_written_back(driver: Driver) -> None:
    """Writing a spec back as it was read must leave it as it is, twice over."""
    before = driver.get("/services/demo_web")["Spec"]
    assert driver.update("demo_web").status == driver.update("demo_web").status == 200
    assert driver.get("/services/demo_web")["Spec"] == before


def test_insert_defaults_adds_what_swarm_assumes(driver: Driver) -> None:
    """insertDefaults must show the defaults, and not change what is stored."""
    full = driver.get("/services/demo_web?insertDefaults=true")["Spec"]
    assert full["TaskTemplate"]["RestartPolicy"] == {"Condition": "any", "Delay": 5 * SECOND, "MaxAttempts": 0}
    assert full["UpdateConfig"]["Monitor"] == full["RollbackConfig"]["Monitor"] == 5 * SECOND
    assert full["TaskTemplate"]["ContainerSpec"]["StopGracePeriod"] == 10 * SECOND
    assert full["EndpointSpec"] == {"Mode": "vip"}
    assert "UpdateConfig" not in driver.get("/services/demo_web?insertDefaults=false")["Spec"]


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({"name": ["demo"]}, ["demo_web"]),
        ({"name": {"demo": True, "oth": True}}, ["demo_web", "other"]),
        ({"name": {"demo": False}}, ["demo_web"]),
        ({"label": ["com.docker.stack.namespace"]}, ["demo_web"]),
        ({"label": {"com.docker.stack.namespace=demo": True}}, ["demo_web"]),
        ({"label": ["com.docker.stack.namespace=other"]}, []),
        ({"label": ["empty="]}, ["demo_web"]),
        ({"mode": ["global"]}, ["other"]),
        ({"label": ["empty"], "mode": ["global"]}, []),
    ],
)
def test_services_are_filtered(driver: Driver, filters: dict[str, Any], names: list[str]) -> None:
    """Filters must be read in both notations; names by their beginning, labels with or without a value."""
    assert [service["Spec"]["Name"] for service in driver.get("/services", **filters)] == names


def test_tasks_are_filtered(driver: Driver) -> None:
    """Tasks must be found by service, node, name, id, state and their service's labels."""
    every = driver.get("/tasks")
    assert len(every) == 5
    assert len(driver.get("/tasks", service={"demo_web": True})) == 2
    assert len(driver.get("/tasks", node=["node2"])) == len([t for t in every if t["NodeID"] == every[0]["NodeID"]])
    assert len(driver.get("/tasks", name=["demo_web.1"])) == 1
    assert [task["ID"] for task in driver.get("/tasks", id=[every[0]["ID"][:8]])] == [every[0]["ID"]]
    assert len(driver.get("/tasks", label=["com.docker.stack.namespace=demo"])) == 2
    driver.update("demo_web", lambda found: found["TaskTemplate"].update(ForceUpdate=1))
    assert len(driver.get("/tasks", desired_state=["shutdown"])) == 1
    fresh = driver.get("/tasks", **{"_up-to-date": {"true": True}, "service": {"demo_web": True}})
    assert [task["DesiredState"] for task in fresh] == ["ready"]


def test_services_tell_their_tasks_when_asked(driver: Driver) -> None:
    """status=true must add the numbers of running and desired tasks, and nothing must add them unasked."""
    web, other = driver.get("/services?status=true")
    assert web["ServiceStatus"] == {"RunningTasks": 2, "DesiredTasks": 2, "CompletedTasks": 0}
    assert other["ServiceStatus"]["DesiredTasks"] == 3
    assert "ServiceStatus" not in driver.get("/services")[0]


def test_networks_and_payloads_are_filtered(driver: Driver) -> None:
    """Networks must be found by scope, driver, label and part of a name; secrets by the beginning of a name."""
    names = [network["Name"] for network in driver.get("/networks")]
    assert names == ["bridge", "host", "none", "ingress", "proxy"]
    assert [network["Name"] for network in driver.get("/networks", scope=["swarm"])] == ["ingress", "proxy"]
    assert [network["Name"] for network in driver.get("/networks", name=["rox"])] == ["proxy"]
    assert [network["Name"] for network in driver.get("/networks", name=["^ro"])] == []
    assert driver.get("/networks/proxy")["Attachable"] is True
    for name in ("demo_one", "demo_two", "other"):
        driver.call("POST", "/secrets/create", {"Name": name, "Data": "eA==", "Labels": {"n": name}})
    assert [secret["Spec"]["Name"] for secret in driver.get("/secrets", name=["demo"])] == ["demo_one", "demo_two"]
    assert [secret["Spec"]["Name"] for secret in driver.get("/secrets", label=["n=other"])] == ["other"]


def test_the_version_index_only_grows(driver: Driver) -> None:
    """Every write must get a version index greater than all before, over all kinds of objects."""
    first = driver.get("/services/demo_web")["Version"]["Index"]
    driver.call("POST", "/secrets/create", {"Name": "s", "Data": "eA=="})
    second = driver.get("/secrets/s")["Version"]["Index"]
    driver.create("last")
    assert first < second < driver.get("/services/last")["Version"]["Index"]


def test_the_engine_says_that_it_is_for_practice(driver: Driver) -> None:
    """Name, labels and version must tell a practice swarm from a real one."""
    info = driver.get("/info")
    assert info["Name"] == "practice"
    assert info["Labels"] == ["practice=true", "practice.clock=stepped"]
    assert info["ServerVersion"].endswith("-practice")
    assert info["Swarm"]["ControlAvailable"] is True
    assert info["Swarm"]["Cluster"]["ID"] == driver.get("/swarm")["ID"]
    assert info["SystemTime"] == "2026-01-01T00:00:03Z"
    version = driver.get("/version")
    assert (version["ApiVersion"], version["MinAPIVersion"]) == ("1.51", "1.24")


def test_an_image_has_one_digest(driver: Driver) -> None:
    """A reference must have the same digest under all its spellings, and another tag another one."""
    digests = {
        name: driver.get(f"/distribution/{name}/json")["Descriptor"]["digest"]
        for name in ("nginx:1.27", "docker.io/library/nginx:1.27", "nginx:1.28", "example.org:5000/a/b/c:1")
    }
    assert digests["nginx:1.27"] == digests["docker.io/library/nginx:1.27"]
    assert len(set(digests.values())) == 3


def test_an_old_place_for_networks_is_still_read() -> None:
    """Networks beside the task template, where old clients put them, must be used."""
    driver = Driver()
    assert driver.call("POST", "/services/create", spec("web", Networks=[{"Target": "proxy"}])).status == 201
    networks = driver.get("/services/web")["Spec"]["TaskTemplate"]["Networks"]
    assert networks == [{"Target": driver.get("/networks/proxy")["Id"]}]
