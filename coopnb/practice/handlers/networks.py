"""/networks: list, inspect, delete, prune. Local networks are one engine's, the others every manager knows."""

from __future__ import annotations

from coopnb.practice.engines import Engine
from coopnb.practice.handlers.asked import asked_engine
from coopnb.practice.handlers.find import find
from coopnb.practice.handlers.query import read_bool
from coopnb.practice.handlers.selection import read_prune
from coopnb.practice.objects import Json, Network, Service, Task, TaskState
from coopnb.practice.specs.filters import Filters, read_filters
from coopnb.practice.specs.render import network_json
from coopnb.practice.swarm import PracticeSwarm
from coopnb.practice.wire import Request, Response, empty, json_response
from coopnb.practice.wire_errors import Refusal, not_found, swarmkit_refusal

PREDEFINED = ("bridge", "host", "none")
_FILTERS = ("dangling", "driver", "id", "label", "name", "scope", "type")
_FLAGS = {"1": "true", "true": "true", "0": "false", "false": "false"}


def list_networks(swarm: PracticeSwarm, request: Request) -> Response:
    """List all networks that pass the filters (a name is matched in part, as dockerd does)."""
    filters = read_filters(request, _FILTERS)
    dangling = _read_dangling(filters)
    for kind in filters.get("type"):
        if kind not in ("builtin", "custom"):
            raise Refusal(500, f"invalid filter: 'type'='{kind}'")
    kept = [
        network
        for network in known_networks(swarm, asked_engine(swarm, request))
        if filters.part("name", network.name)
        and filters.part("id", network.id)
        and filters.exact("driver", network.driver)
        and filters.exact("scope", network.scope)
        and filters.labels("label", network.labels)
        and filters.exact("type", "builtin" if _is_builtin(network) else "custom")
        and (not dangling or dangling == _dangling(swarm, network))
    ]
    return json_response([network_json(network) for network in kept])


def inspect_network(swarm: PracticeSwarm, request: Request, reference: str) -> Response:
    """Show one network, of one scope if asked, with the engine's containers on it (``verbose``: all tasks)."""
    verbose = read_bool(request, "verbose")
    engine = asked_engine(swarm, request)
    network = _find(swarm, engine, reference)
    scope = request.query.get("scope", "")
    shown = network_json(network)
    if scope == "swarm" and network.name in ("bridge", "host") and engine.is_manager:
        return json_response(shown | {"Scope": "swarm"})  # The swarm has networks of these names of its own.
    if scope and network.scope != scope:
        raise not_found("network", reference)
    containers = _containers(swarm, engine, network)
    if containers or network.scope == "local":
        shown["Containers"] = containers
    if containers and network.driver == "overlay":
        shown["Peers"] = _peers(swarm, network)
    if verbose and network.driver == "overlay":
        shown["Services"] = _services(swarm, network)
    return json_response(shown)


def delete_network(swarm: PracticeSwarm, request: Request, reference: str) -> Response:
    """Remove a network that no service uses."""
    network = _find(swarm, asked_engine(swarm, request), reference)
    if network.scope == "local" and network.name in PREDEFINED:
        raise Refusal(403, f"{network.name} is a pre-defined network and cannot be removed")
    users = _users(swarm, network)
    if users and network.ingress:
        text = f"ingress network cannot be removed because {users[0]} depends on it"
        raise swarmkit_refusal("FailedPrecondition", text)
    if users:
        raise swarmkit_refusal("FailedPrecondition", f"network {network.id} is in use by {users[0]}")
    swarm.store.remove(network)
    return empty(204)


def prune_networks(swarm: PracticeSwarm, request: Request) -> Response:
    """Remove every network of users that nothing uses."""
    engine = asked_engine(swarm, request)
    chosen = read_prune(request, swarm.clock.now, ("label", "label!", "until"))
    gone = [
        network
        for network in known_networks(swarm, engine)
        if not _is_builtin(network) and not _users(swarm, network) and chosen.takes(network.labels, network.created)
    ]
    for network in gone:
        swarm.store.remove(network)
    swarm.events.emit("network", "prune", "", {"reclaimed": "0"})
    return json_response({"NetworksDeleted": [network.name for network in gone] or None})


def known_networks(swarm: PracticeSwarm, engine: Engine) -> list[Network]:
    """The networks that an engine knows: its own; a manager those of the swarm, a worker those of its tasks."""
    tasks = swarm.store.tasks_on(engine.node_id) if engine.node_id and not engine.is_manager else ()
    joined = {item["Network"]["ID"] for task in tasks if not task.ended for item in task.attachments}
    return [
        network
        for network in swarm.store.all(Network)
        if (network.scope == "local" and network.hostname in ("", engine.hostname))
        or (network.scope == "swarm" and (engine.is_manager or network.id in joined))
    ]


def _find(swarm: PracticeSwarm, engine: Engine, reference: str) -> Network:
    known = {network.id for network in known_networks(swarm, engine)}
    network = find(swarm.store, Network, reference, lambda item: item.name)
    if network.id not in known:
        raise not_found("network", reference)
    return network


def _read_dangling(filters: Filters) -> str:
    given = filters.get("dangling")
    if len(given) > 1:
        raise Refusal(400, 'got more than one value for filter key "dangling"')
    if given and given[0] not in _FLAGS:
        raise Refusal(400, """invalid value for filter 'dangling', must be "true" (or "1"), or "false" (or "0")""")
    return _FLAGS[given[0]] if given else ""


def _is_builtin(network: Network) -> bool:
    return network.ingress or (network.scope == "local" and network.name in PREDEFINED)


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


def _containers(swarm: PracticeSwarm, engine: Engine, network: Network) -> Json:
    """The engine's running containers on a network."""
    return {
        container.id: {
            "Name": container.task.name,
            "EndpointID": "",
            "MacAddress": "",
            "IPv4Address": item["Addresses"][0],
            "IPv6Address": "",
        }
        for container in swarm.containers.on(engine.node_id)
        for item in container.task.attachments
        if container.state == "running" and item["Network"]["ID"] == network.id
    }


def _running(swarm: PracticeSwarm, network: Network) -> list[tuple[Task, str]]:
    """The running tasks on a network, each with its address there."""
    return [
        (task, item["Addresses"][0].partition("/")[0])
        for task in swarm.store.all(Task)
        for item in task.attachments
        if task.state == TaskState.RUNNING and item["Network"]["ID"] == network.id
    ]


def _peers(swarm: PracticeSwarm, network: Network) -> list[Json]:
    engines = {task.node_id: swarm.engines.of_node(task.node_id) for task, _ in _running(swarm, network)}
    return [{"Name": engine.hostname, "IP": engine.address} for engine in engines.values() if engine is not None]


def _services(swarm: PracticeSwarm, network: Network) -> Json:
    """Every service on a network with its tasks there, by name."""
    shown: Json = {}
    for task, address in _running(swarm, network):
        service = swarm.store.get(Service, task.service_id)
        if service is None:
            continue
        virtual = [item["Addr"] for item in service.virtual_ips if item["NetworkID"] == network.id]
        entry = shown.setdefault(
            service.name,
            {"VIP": virtual[0].partition("/")[0] if virtual else "", "Ports": [], "LocalLBIndex": 0, "Tasks": []},
        )
        engine = swarm.engines.of_node(task.node_id)
        host = {"Host IP": engine.address} if engine is not None else {}
        entry["Tasks"].append({"Name": task.name, "EndpointID": "", "EndpointIP": address, "Info": host})
    return shown
