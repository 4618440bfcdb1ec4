"""Addresses and ports, rule by rule after swarmkit's manager/allocator."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.practice.driver import Driver, world_of


@pytest.fixture
def driver(tmp_path: Path) -> Driver:
    """One node."""
    return Driver(world_of(tmp_path))


def network(driver: Driver, name: str, subnet: str = "", **config: str) -> str:
    """Make an overlay network, and give back its id."""
    body: dict[str, Any] = {"Name": name, "Driver": "overlay"}
    if subnet:
        body["IPAM"] = {"Config": [{"Subnet": subnet, **config}]}
    said = driver.call("POST", "/networks/create", body)
    assert said.status == 201, said
    return str(said.body["Id"])


def on(*names: str) -> dict[str, Any]:
    """A template on these networks."""
    return {"Networks": [{"Target": name} for name in names]}


def addresses(driver: Driver, name: str) -> list[str]:
    """The addresses of a service's tasks on its last network."""
    return [
        task["NetworksAttachments"][-1]["Addresses"][0]
        for task in driver.tasks(name)
        if task.get("NetworksAttachments")
    ]


def virtual(driver: Driver, name: str) -> list[str]:
    """A service's virtual addresses."""
    return [item["Addr"] for item in driver.get(f"/services/{name}")["Endpoint"].get("VirtualIPs", [])]


def ports(driver: Driver, name: str) -> list[int]:
    """The ports that a service is published on."""
    return [port.get("PublishedPort") for port in driver.get(f"/services/{name}")["Endpoint"].get("Ports", [])]


def publish(*targets: int, **more: Any) -> dict[str, Any]:
    """An endpoint that publishes ports on numbers to be found."""
    return {"Ports": [{"TargetPort": target, "Protocol": "tcp", **more} for target in targets]}


def test_subnets_follow_each_other_from_10_0_0_0(driver: Driver) -> None:
    """The routing mesh must have the first subnet, the next networks the next ones; a free one is used again."""
    (ingress,) = driver.get("/networks", name=["ingress"])
    assert ingress["IPAM"]["Config"] == [{"Subnet": "10.0.0.0/24", "Gateway": "10.0.0.1"}]
    first = network(driver, "one")
    network(driver, "two")
    assert driver.get(f"/networks/{first}")["IPAM"]["Config"][0]["Subnet"] == "10.0.1.0/24"
    assert driver.get("/networks/two")["IPAM"]["Config"][0]["Subnet"] == "10.0.2.0/24"
    driver.call("DELETE", "/networks/one")
    network(driver, "three")
    assert driver.get("/networks/three")["IPAM"]["Config"][0]["Subnet"] == "10.0.1.0/24"


def test_a_subnet_that_somebody_chose_is_left_out(driver: Driver) -> None:
    """A subnet must not overlap with one that was named."""
    network(driver, "own", "10.0.1.128/25")
    network(driver, "next")
    assert driver.get("/networks/next")["IPAM"]["Config"][0]["Subnet"] == "10.0.2.0/24"


def test_the_service_comes_first_then_its_tasks_then_the_node(driver: Driver) -> None:
    """Addresses must be given in turn: the virtual one, the tasks', and the node's balancer's on their arrival."""
    network(driver, "net")
    driver.create("web", replicas=2, template=on("net"))
    driver.advance(3)
    assert virtual(driver, "web") == ["10.0.1.2/24"]
    assert addresses(driver, "web") == ["10.0.1.3/24", "10.0.1.4/24"]
    driver.create("next", template=on("net"))
    assert virtual(driver, "next") == ["10.0.1.6/24"]


def test_the_mesh_has_an_address_for_each_node(tmp_path: Path) -> None:
    """The first service of the routing mesh must come after the nodes."""
    nodes = [{"hostname": "a", "role": "manager"}, {"hostname": "b"}, {"hostname": "c"}]
    driver = Driver(world_of(tmp_path, nodes=nodes))
    driver.create("web", EndpointSpec=publish(80))
    assert virtual(driver, "web") == ["10.0.0.5/24"]


def test_a_full_network_keeps_tasks_new(driver: Driver) -> None:
    """Tasks without an address must stay new, without an error; on a /29 that leaves four (dockerd 20.10)."""
    network(driver, "tiny", "10.77.0.0/29")
    driver.create("web", replicas=8, template=on("tiny"))
    driver.advance(5)
    assert virtual(driver, "web") == ["10.77.0.2/29"]
    waiting = [task for task in driver.tasks("web") if task["Status"]["State"] == "new"]
    assert len(waiting) == 4
    assert {(task["Status"]["Message"], task["Status"].get("Err")) for task in waiting} == {("created", None)}
    assert addresses(driver, "web") == [f"10.77.0.{number}/29" for number in (3, 4, 5, 6)]


def test_an_address_that_comes_back_is_given_on(driver: Driver) -> None:
    """When tasks end, those that wait for an address must get theirs."""
    network(driver, "tiny", "10.77.0.0/29")
    driver.create("web", replicas=3, template=on("tiny"))
    driver.advance(3)
    driver.create(
        "more",
        replicas=2,
        template={**on("tiny"), "RestartPolicy": {"Condition": "none"}},
        EndpointSpec={"Mode": "dnsrr"},
    )
    driver.advance(3)
    assert [task["Status"]["State"] for task in driver.tasks("more")] == ["new", "new"]
    driver.update("web", lambda spec: spec["Mode"]["Replicated"].update(Replicas=1))
    driver.advance(8)
    assert driver.states("more") == ["running", "running"]


def test_a_service_without_a_virtual_address_waits_with_its_tasks(driver: Driver) -> None:
    """A service that gets no virtual address must keep its tasks new until one is free."""
    network(driver, "tiny", "10.77.0.0/29")
    driver.create("web", replicas=4, template=on("tiny"))
    driver.advance(3)
    driver.create("late", template=on("tiny"))
    driver.advance(3)
    assert virtual(driver, "late") == []
    assert driver.states("late") == ["new"]
    driver.call("DELETE", "/services/web")
    driver.advance(8)
    assert len(virtual(driver, "late")) == 1
    assert driver.states("late") == ["running"]


def test_addresses_are_used_again_last(driver: Driver) -> None:
    """An address that was given back must not be the next one that is given out."""
    network(driver, "net")
    driver.create("web", template=on("net"))
    driver.advance(3)
    driver.update("web", lambda spec: spec["TaskTemplate"].update(ForceUpdate=1))
    driver.advance(10)
    assert addresses(driver, "web") == ["10.0.1.3/24", "10.0.1.5/24"]
    driver.update("web", lambda spec: spec["TaskTemplate"].update(ForceUpdate=2))
    driver.advance(10)
    assert addresses(driver, "web")[-1] == "10.0.1.6/24"


def test_a_gateway_and_a_range_are_kept_to(driver: Driver) -> None:
    """Addresses must come from the range of the network, and never be its gateway."""
    network(driver, "net", "10.88.0.0/24", IPRange="10.88.0.64/30", Gateway="10.88.0.64")
    driver.create("web", template=on("net"))
    driver.advance(3)
    assert virtual(driver, "web") == ["10.88.0.65/24"]
    assert addresses(driver, "web") == ["10.88.0.66/24"]


def test_virtual_addresses_stay_and_go_with_their_networks(driver: Driver) -> None:
    """A write must keep the addresses on networks that stay, and give back those on networks that go."""
    network(driver, "one")
    network(driver, "two")
    driver.create("web", template=on("one", "two"))
    before = virtual(driver, "web")
    driver.update("web", lambda spec: spec["TaskTemplate"].update(Networks=spec["TaskTemplate"]["Networks"][:1]))
    assert virtual(driver, "web") == before[:1]
    driver.update(
        "web",
        lambda spec: (
            spec["EndpointSpec"].update(Mode="dnsrr")
            if spec.get("EndpointSpec")
            else spec.update(EndpointSpec={"Mode": "dnsrr"})
        ),
    )
    assert virtual(driver, "web") == []


def test_ports_are_found_from_30000_on(driver: Driver) -> None:
    """Ports that are not named must be found one after the other, and be used again last."""
    driver.create("one", EndpointSpec=publish(80, 81))
    driver.create("two", EndpointSpec=publish(80))
    assert (ports(driver, "one"), ports(driver, "two")) == ([30000, 30001], [30002])
    driver.call("DELETE", "/services/one")
    driver.create("three", EndpointSpec=publish(80))
    assert ports(driver, "three") == [30003]


def test_named_ports_come_first(driver: Driver) -> None:
    """A port that is named must come before those that are found, and not be found again."""
    named = {"TargetPort": 81, "Protocol": "tcp", "PublishedPort": 30000}
    driver.create("web", EndpointSpec={"Ports": [*publish(80)["Ports"], named]})
    assert ports(driver, "web") == [30000, 30001]


def test_a_found_port_stays(driver: Driver) -> None:
    """A write must keep a found port while the service has as many ports as before, else look for new ones."""
    driver.create("web", EndpointSpec=publish(80, 81))
    driver.update("web", lambda spec: spec["TaskTemplate"].update(ForceUpdate=1))
    assert ports(driver, "web") == [30000, 30001]
    driver.update("web", lambda spec: spec["EndpointSpec"]["Ports"].append({"TargetPort": 82, "Protocol": "tcp"}))
    assert ports(driver, "web") == [30002, 30003, 30004]


def test_host_ports_need_no_number(driver: Driver) -> None:
    """A port in mode host must be left as it is; the engine finds it when the container starts."""
    driver.create("web", EndpointSpec=publish(80, PublishMode="host"))
    assert ports(driver, "web") in ([None], [0])
    assert virtual(driver, "web") == []
