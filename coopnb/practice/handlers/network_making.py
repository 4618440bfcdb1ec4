"""/networks/create: what is checked before there is a network, in dockerd's order and words."""

from __future__ import annotations

import ipaddress

from coopnb.practice.engines import Engine
from coopnb.practice.founding import next_vxlan
from coopnb.practice.handlers.asked import OUTSIDE, asked_engine
from coopnb.practice.handlers.networks import PREDEFINED, known_networks
from coopnb.practice.objects import Json, Network
from coopnb.practice.specs.shape import read_json
from coopnb.practice.specs.shapes import NETWORK_CREATE
from coopnb.practice.swarm import PracticeSwarm
from coopnb.practice.wire import Request, Response, json_response
from coopnb.practice.wire_errors import Refusal, invalid, not_simulated, swarmkit_refusal

_DRIVERS = ("overlay", "bridge")
_FROM_WORKER = "Cannot create a multi-host network from a worker node. Please create the network from a manager node."
_SINGLE = ("host", "null")
_ABSENT = ("ipvlan", "macvlan")


def create_network(swarm: PracticeSwarm, request: Request) -> Response:
    """Add a network: of the swarm with driver overlay, of the engine with driver bridge."""
    wanted = read_json(request, NETWORK_CREATE)
    engine = asked_engine(swarm, request)
    name, driver = wanted.get("Name", ""), wanted.get("Driver") or "bridge"
    ipam = wanted.get("IPAM") or {}
    of_swarm = driver == "overlay" or wanted.get("Scope") == "swarm"
    if any(network.name == name for network in known_networks(swarm, engine)):
        raise Refusal(409, f"network with name {name} already exists")
    if name in PREDEFINED:
        raise Refusal(403, f"operation is not permitted on predefined {name} network ")
    if of_swarm and not engine.is_manager:
        raise Refusal(403, _FROM_WORKER if engine.node_id else OUTSIDE)
    configs = tuple(_checked(config) for config in ipam.get("Config") or ())
    _check_kind(swarm, wanted, name, driver)
    new = swarm.store.create(
        Network(
            id=swarm.ids.object_id() if of_swarm else swarm.ids.container_id(),
            name=name,
            hostname="" if of_swarm else engine.hostname,
            driver=driver,
            scope="swarm" if of_swarm else "local",
            labels=wanted.get("Labels") or {},
            options=wanted.get("Options") or {},
            ipam_driver=ipam.get("Driver") or "default",
            ipam_options=ipam.get("Options"),
            ipam=configs or (swarm.allocator.subnet() if of_swarm else _local_subnet(swarm, engine),),
            internal=wanted.get("Internal", False),
            attachable=wanted.get("Attachable", False),
            ingress=wanted.get("Ingress", False),
            ipv6=wanted.get("EnableIPv6", False),
            vxlan=next_vxlan(swarm) if of_swarm else 0,
        )
    )
    return json_response({"Id": new.id, "Warning": ""}, 201)


def _check_kind(swarm: PracticeSwarm, wanted: Json, name: str, driver: str) -> None:
    if not name.strip():
        raise Refusal(400, "invalid name: name is empty")
    if driver in _SINGLE:
        raise Refusal(403, f'only one instance of "{driver}" network is allowed')
    if wanted.get("ConfigOnly") or driver in _ABSENT:
        raise not_simulated("POST", "/networks/create", f"{driver} networks of this kind carry nothing here")
    if driver not in _DRIVERS:
        raise Refusal(404, f'plugin "{driver}" not found')
    if not wanted.get("Ingress"):
        return
    if driver != "overlay":
        raise Refusal(403, "Ingress network can only be global scope network")
    if wanted.get("Attachable"):
        raise invalid("ingress network cannot be attachable")
    present = [network for network in swarm.store.all(Network) if network.ingress]
    if present:
        raise swarmkit_refusal("AlreadyExists", f"ingress network ({present[0].id}) is already present")


def _checked(config: Json) -> Json:
    """An IPAM config with a gateway; dockerd's text for a subnet that is none, or does not hold its gateway."""
    text = config.get("Subnet", "")
    try:
        if "/" not in text:
            raise ValueError(text)
        subnet = ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise Refusal(400, f"invalid network config:\ninvalid subnet {text}: invalid CIDR block notation") from None
    _check_inside(config, subnet, text)
    return {"Gateway": str(subnet[1] if subnet.num_addresses > 1 else subnet[0]), **config, "Subnet": text}


def _check_inside(config: Json, subnet: ipaddress.IPv4Network | ipaddress.IPv6Network, text: str) -> None:
    gateway = config.get("Gateway", "")
    if not gateway:
        return
    try:
        inside = ipaddress.ip_address(gateway) in subnet
    except ValueError:
        raise Refusal(400, f"invalid network config:\ninvalid gateway {gateway}: invalid address") from None
    if not inside:
        said = f"invalid gateway {gateway}: parent subnet {text} doesn't contain this address"
        raise Refusal(400, f"invalid network config:\n{said}")


def _local_subnet(swarm: PracticeSwarm, engine: Engine) -> Json:
    """The next free subnet of the pool that an engine has for its own networks."""
    taken = {config["Subnet"] for network in known_networks(swarm, engine) for config in network.ipam}
    number = next(number for number in range(18, 2**14) if f"172.{number}.0.0/16" not in taken)
    if number > 31:
        raise Refusal(400, "all predefined address pools have been fully subnetted")
    return {"Subnet": f"172.{number}.0.0/16", "Gateway": f"172.{number}.0.1"}
