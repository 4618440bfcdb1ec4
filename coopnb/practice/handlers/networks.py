"""/networks: list, inspect, create, delete."""

from __future__ import annotations

import ipaddress

from coopnb.practice.engines import Engine
from coopnb.practice.handlers.asked import asked_engine
from coopnb.practice.handlers.find import find
from coopnb.practice.objects import Json, Network, Service, Task
from coopnb.practice.specs.filters import read_filters
from coopnb.practice.specs.render import network_json
from coopnb.practice.specs.service_shape import NETWORK_CREATE
from coopnb.practice.specs.shape import read_json
from coopnb.practice.swarm import PracticeSwarm
from coopnb.practice.wire import Request, Response, empty, json_response
from coopnb.practice.wire_errors import Refusal, not_found, swarmkit_refusal

_DRIVERS = ("overlay", "bridge")
_PREDEFINED = ("bridge", "host", "none")
_NOT_HERE = "Cannot create a multi-host network from a worker node. Please create the network from a manager node."


def list_networks(swarm: PracticeSwarm, request: Request) -> Response:
    """All networks that pass the filters (a name is matched in part, as dockerd does)."""
    filters = read_filters(request, ("dangling", "driver", "id", "label", "name", "scope", "type"))
    kept = [
        network
        for network in _known_to(swarm, asked_engine(swarm, request))
        if filters.part("name", network.name)
        and filters.part("id", network.id)
        and filters.exact("driver", network.driver)
        and filters.exact("scope", network.scope)
        and filters.labels("label", network.labels)
        and filters.exact("type", "builtin" if _is_builtin(network) else "custom")
        and (not filters.get("dangling") or filters.exact("dangling", _dangling(swarm, network)))
    ]
    return json_response([network_json(network) for network in kept])


def inspect_network(swarm: PracticeSwarm, request: Request, reference: str) -> Response:
    """One network, of one scope if asked."""
    network = _find(swarm, reference)
    if network not in _known_to(swarm, asked_engine(swarm, request)):
        raise not_found("network", reference)
    scope = request.query.get("scope", "")
    if scope and network.scope != scope:
        raise not_found("network", reference)
    return json_response(network_json(network))


def create_network(swarm: PracticeSwarm, request: Request) -> Response:
    """Add a network."""
    wanted = read_json(request.body, NETWORK_CREATE)
    name, driver = wanted.get("Name", ""), wanted.get("Driver") or "bridge"
    if not name.strip():
        raise Refusal(400, "invalid network config:\nname cannot be blank" if not name else f"invalid name: {name}")
    if driver not in _DRIVERS or wanted.get("ConfigOnly") or wanted.get("Ingress"):
        raise Refusal(501, f"the practice swarm does not simulate networks of driver {driver} or of this kind")
    if driver == "overlay" and not asked_engine(swarm, request).is_manager:
        raise Refusal(403, _NOT_HERE)
    if name in _PREDEFINED:
        raise Refusal(403, f"operation is not permitted on predefined {name} network ")
    if swarm.store.named(Network, name):
        raise Refusal(409, f"network with name {name} already exists")
    ipam = wanted.get("IPAM") or {}
    configs = tuple(_checked(config) for config in ipam.get("Config") or ())
    new = swarm.store.create(
        Network(
            id=swarm.ids.object_id() if driver == "overlay" else swarm.ids.container_id(),
            name=name,
            driver=driver,
            scope="swarm" if driver == "overlay" else "local",
            labels=wanted.get("Labels") or {},
            options=wanted.get("Options") or {},
            ipam_driver=ipam.get("Driver") or "default",
            ipam_options=ipam.get("Options"),
            ipam=configs or (swarm.allocator.subnet(),),
            internal=wanted.get("Internal", False),
            attachable=wanted.get("Attachable", False),
            ipv6=wanted.get("EnableIPv6", False),
        )
    )
    return json_response({"Id": new.id, "Warning": ""}, 201)


def delete_network(swarm: PracticeSwarm, request: Request, reference: str) -> Response:
    """Remove a network that no service uses."""
    network = _find(swarm, reference)
    if network not in _known_to(swarm, asked_engine(swarm, request)):
        raise not_found("network", reference)
    if network.scope == "local" and network.name in _PREDEFINED:
        raise Refusal(403, f"{network.name} is a pre-defined network and cannot be removed")
    users = _users(swarm, network)
    if users:
        text = f"network {network.id} is in use by {users[0]}"
        raise swarmkit_refusal("FailedPrecondition", text)
    swarm.store.remove(network)
    return empty(204)


def _find(swarm: PracticeSwarm, reference: str) -> Network:
    return find(swarm.store, Network, reference, lambda network: network.name)


def _known_to(swarm: PracticeSwarm, engine: Engine) -> list[Network]:
    """A manager knows all networks; another engine those that are local, and of the swarm's those its tasks are on."""
    networks = swarm.store.all(Network)
    if engine.is_manager:
        return networks
    tasks = swarm.store.tasks_on(engine.node_id) if engine.node_id else ()
    used = {item["Network"]["ID"] for task in tasks if not task.ended for item in task.attachments}
    return [network for network in networks if network.scope == "local" or network.id in used]


def _is_builtin(network: Network) -> bool:
    return network.ingress or (network.scope == "local" and network.name in _PREDEFINED)


def _dangling(swarm: PracticeSwarm, network: Network) -> str:
    return "false" if _is_builtin(network) or _users(swarm, network) else "true"


def _users(swarm: PracticeSwarm, network: Network) -> list[str]:
    """The services of a network, then tasks of its own; those that are stopping do not hold it."""
    services = [
        f"service {service.id}"
        for service in swarm.store.all(Service)
        if any(item["Target"] == network.id for item in service.spec["TaskTemplate"].get("Networks") or ())
        or (network.ingress and any(address["NetworkID"] == network.id for address in service.virtual_ips))
    ]
    tasks = [
        f"task {task.id}"
        for task in swarm.store.all(Task)
        if task.wanted and not task.ended and any(item["Network"]["ID"] == network.id for item in task.attachments)
    ]
    return services or tasks


def _checked(config: Json) -> Json:
    """An IPAM config with a gateway; dockerd's text for a subnet that is none."""
    text = config.get("Subnet", "")
    try:
        if "/" not in text:
            raise ValueError(text)
        subnet = ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise Refusal(400, f"invalid network config:\ninvalid subnet {text}: invalid CIDR block notation") from None
    return {"Gateway": str(subnet[1] if subnet.num_addresses > 1 else subnet[0]), **config, "Subnet": text}
