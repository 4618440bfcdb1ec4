"""One look at an app: six calls, however many services it has, and one for a network that engines do not list."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import quote

from coopnb.engine import Answer, Engine
from coopnb.errors import NotFound
from coopnb.model.server import ServerIdentity
from coopnb.model.snapshot import (
    ENDED,
    ConfigSeen,
    NetworkSeen,
    NodeSeen,
    SecretSeen,
    ServiceSeen,
    Snapshot,
    TaskSeen,
    UpdateStatus,
)
from coopnb.observe.times import moment
from coopnb.plan.undo import state_prefix


def snapshot(engine: Engine, server: ServerIdentity, stack: str, names: Collection[str] = ()) -> Snapshot:
    """Services, tasks, nodes, networks, secrets and configs, as they are.

    A swarm has no read that spans these calls, so a change in between is possible whatever their order; every write
    names the version index it was planned on.

    Args:
        names: of secrets and configs to look for beside those that begin with the stack's name.
    """
    others = sorted(name for name in names if not name.startswith(f"{stack}_"))
    reads: tuple[Callable[[], Answer], ...] = (
        lambda: engine.services(stack),
        engine.nodes,
        lambda: engine.secrets([f"{stack}_", *others]),
        lambda: engine.configs([f"{stack}_", state_prefix(stack), *others]),
        engine.networks,
        lambda: engine.tasks(stack),
    )
    # Time on a self-paced practice swarm moves with each read, so a fixed order keeps it the same on every machine.
    answers = _at_once(reads) if engine.far and not server.self_paced else [read() for read in reads]
    services_answer, nodes_answer, secrets, configs, networks, tasks_answer = answers
    nodes = nodes_seen(nodes_answer)
    services, tasks = stack_seen(services_answer, tasks_answer, nodes)
    return Snapshot(
        server=server,
        stack=stack,
        at=tasks_answer.at,
        services=services,
        tasks=tasks,
        nodes=nodes,
        networks=_networks(engine, networks, services),
        secrets=tuple(sorted((_secret(item) for item in secrets.body or ()), key=lambda seen: seen.name)),
        configs=tuple(sorted((_config(item) for item in configs.body or ()), key=lambda seen: seen.name)),
    )


def _networks(engine: Engine, listed: Answer, services: Sequence[ServiceSeen]) -> tuple[NetworkSeen, ...]:
    """The networks by name. A swarm's own ``host`` and ``bridge`` are not listed, and services know them by id only.

    (moby daemon/cluster/networks.go, ``populateNetworkID`` and ``GetNetworks``)
    """
    found = {item["Id"]: _network(item) for item in listed.body or ()}
    targets = {
        attached["Target"]
        for service in services
        for attached in (service.spec.get("TaskTemplate") or {}).get("Networks") or ()
    }
    for target in sorted(targets - found.keys()):
        # The service, and its network with it, may have been removed between the two reads.
        with suppress(NotFound):
            found[target] = _network(engine.request("GET", f"/networks/{quote(target, safe='')}").body)
    return tuple(sorted(found.values(), key=lambda seen: seen.name))


def _at_once(reads: Sequence[Callable[[], Answer]]) -> list[Answer]:
    with ThreadPoolExecutor(len(reads)) as pool:
        return [asked.result() for asked in [pool.submit(read) for read in reads]]


def stack_seen(
    services: Answer, tasks: Answer, nodes: tuple[NodeSeen, ...]
) -> tuple[tuple[ServiceSeen, ...], tuple[TaskSeen, ...]]:
    """The services of a ``GET /services?status=true`` by name, and the tasks of a ``GET /tasks`` by service, slot, age.

    swarm goes on telling what a node said last, and counts its tasks as running, when the node is long gone. Here
    such tasks are marked as lost, and no service counts them. A task of a removed service keeps the service's id.
    """
    seen = services_seen(services)
    names = {service.id: service.name for service in seen}
    known = {node.id: node for node in nodes}
    found = [_task(item, names, known.get(item.get("NodeID", "")), tasks.at) for item in tasks.body or ()]
    unheard = Counter(task.service_id for task in found if task.lost_at and task.state == "running")
    return (
        tuple(_without(service, unheard[service.id]) for service in seen),
        tuple(sorted(found, key=lambda task: (task.service, task.slot, task.created_at, task.id))),
    )


def services_seen(answer: Answer) -> tuple[ServiceSeen, ...]:
    """The services of a ``GET /services?status=true``, by name, as swarm counts their tasks."""
    return tuple(sorted((_service(item) for item in answer.body or ()), key=lambda seen: seen.name))


def nodes_seen(answer: Answer) -> tuple[NodeSeen, ...]:
    """The nodes of a ``GET /nodes``, by host name."""
    return tuple(sorted((_node(item) for item in answer.body or ()), key=lambda seen: (seen.hostname, seen.id)))


def _without(service: ServiceSeen, unheard: int) -> ServiceSeen:
    """The two were not read in the same moment, so that the count may be the smaller one."""
    return replace(service, running=max(0, service.running - unheard), unheard=unheard) if unheard else service


def _service(item: Mapping[str, Any]) -> ServiceSeen:
    status = item.get("ServiceStatus") or {}
    update = item.get("UpdateStatus") or {}
    return ServiceSeen(
        id=item["ID"],
        name=item["Spec"]["Name"],
        index=item["Version"]["Index"],
        spec=item["Spec"],
        previous_spec=item.get("PreviousSpec"),
        update=_update(update) if update.get("State") else None,
        running=status.get("RunningTasks", 0),
        desired=status.get("DesiredTasks", 0),
        created_at=moment(item.get("CreatedAt")),
        updated_at=moment(item.get("UpdatedAt")),
    )


def _update(update: Mapping[str, Any]) -> UpdateStatus:
    return UpdateStatus(
        state=update["State"],
        message=update.get("Message", ""),
        started_at=moment(update["StartedAt"]) if update.get("StartedAt") else None,
        completed_at=moment(update["CompletedAt"]) if update.get("CompletedAt") else None,
    )


def _task(item: Mapping[str, Any], services: Mapping[str, str], node: NodeSeen | None, now: datetime) -> TaskSeen:
    status = item.get("Status") or {}
    container = status.get("ContainerStatus") or {}
    spec = (item.get("Spec") or {}).get("ContainerSpec") or {}
    health = (spec.get("Healthcheck") or {}).get("Test") or []
    state = status.get("State", "new")
    lost = node is not None and node.state != "ready" and state not in ENDED
    return TaskSeen(
        id=item["ID"],
        service_id=item.get("ServiceID", ""),
        service=services.get(item.get("ServiceID", ""), item.get("ServiceID", "")),
        slot=item.get("Slot", 0),
        node_id=item.get("NodeID", ""),
        node=node.hostname if node else "",
        state=state,
        desired_state=item.get("DesiredState", ""),
        message=status.get("Message", ""),
        error=status.get("Err", ""),
        exit_code=container.get("ExitCode"),
        image=str(spec.get("Image", "")).partition("@")[0],
        at=moment(status.get("Timestamp")),
        created_at=moment(item.get("CreatedAt")),
        index=(item.get("Version") or {}).get("Index", 0),
        container_id=container.get("ContainerID", ""),
        has_healthcheck=bool(health) and health != ["NONE"],
        lost_at=((node.since if node else None) or now) if lost else None,
    )


def _node(item: Mapping[str, Any]) -> NodeSeen:
    return NodeSeen(
        id=item["ID"],
        hostname=(item.get("Description") or {}).get("Hostname", ""),
        role=item["Spec"].get("Role", ""),
        availability=item["Spec"].get("Availability", ""),
        state=(item.get("Status") or {}).get("State", "unknown"),
        since=moment(item["UpdatedAt"]) if item.get("UpdatedAt") else None,
    )


def _network(item: Mapping[str, Any]) -> NetworkSeen:
    return NetworkSeen(item["Id"], item["Name"], item.get("Driver", ""), item.get("Labels") or {})


def _secret(item: Mapping[str, Any]) -> SecretSeen:
    spec = item["Spec"]
    return SecretSeen(
        item["ID"],
        spec["Name"],
        item["Version"]["Index"],
        spec.get("Labels") or {},
        moment(item["CreatedAt"]),
        (spec.get("Driver") or {}).get("Name", ""),
        (spec.get("Templating") or {}).get("Name", ""),
    )


def _config(item: Mapping[str, Any]) -> ConfigSeen:
    spec = item["Spec"]
    return ConfigSeen(
        item["ID"],
        spec["Name"],
        item["Version"]["Index"],
        spec.get("Labels") or {},
        moment(item["CreatedAt"]),
        base64.b64decode(spec.get("Data") or ""),
        (spec.get("Templating") or {}).get("Name", ""),
    )
