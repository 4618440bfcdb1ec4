"""A whole swarm at one look: three calls, however many stacks and services it has; and what of it is a concern."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from coopnb.engine import Engine
from coopnb.engine.client import STACK_LABEL
from coopnb.model.fleet import Concern, ServerHealth, ServiceHealth, SwarmHealth
from coopnb.model.history import History, NodeLoad, Restart
from coopnb.model.snapshot import ServiceSeen
from coopnb.observe.history import Telling
from coopnb.observe.snapshot import nodes_seen, stack_seen

AN_HOUR = timedelta(hours=1)
KEEPS_FAILING = 3
"""Restarts within the hour from which on a service needs a person, even if it runs at this moment."""

_UPDATES: Mapping[str, str] = {
    "paused": "its update is paused",
    "rollback_paused": "its rollback is paused",
    "rollback_completed": "its last update was rolled back",
}


def swarm_health(engine: Engine) -> SwarmHealth:
    """All services and nodes of a swarm, and the restarts of the last hour by the engine's clock."""
    counted = engine.services()
    nodes = nodes_seen(engine.nodes())
    answer = engine.tasks()
    services, tasks = stack_seen(counted, answer, nodes)
    telling = Telling("")
    telling.look(services, tasks, nodes, answer.at)
    history = telling.history(AN_HOUR)
    waits = {task.service: task.error for task in tasks if task.state == "pending" and task.error}
    return SwarmHealth(
        history.nodes, tuple(_service(service, history, waits.get(service.name, "")) for service in services)
    )


def concerns(servers: Sequence[ServerHealth], domains: Mapping[tuple[str, str], str] | None = None) -> list[Concern]:
    """What needs a person, servers that cannot be reached first; then what is worth knowing.

    Args:
        domains: (server, stack) -> the app's domain, where files of this machine tell it; for the commands to run next.
    """
    found = [concern for server in servers for concern in _concerns(server, domains or {})]
    order = ("not reachable", "not as wanted", "to know")
    return sorted(found, key=lambda concern: order.index(concern.weight))


def _service(service: ServiceSeen, history: History, waits: str) -> ServiceHealth:
    own = [restart for restart in history.restarts if restart.service == service.name]
    last: Restart | None = own[-1] if own else None
    job = any(mode in (service.spec.get("Mode") or {}) for mode in ("ReplicatedJob", "GlobalJob"))
    return ServiceHealth(
        name=service.name,
        stack=str((service.spec.get("Labels") or {}).get(STACK_LABEL, "")),
        # A job that has done its work has no task that runs, and wants none.
        wanted=service.running if job else service.desired,
        running=service.running,
        update=service.update.state if service.update else "",
        message=service.update.message if service.update else "",
        restarts=len(own),
        at_least=any(task.startswith(f"{service.name}.") for task in history.forgotten),
        reason=last.reason if last else "",
        waits=waits,
    )


def _concerns(server: ServerHealth, domains: Mapping[tuple[str, str], str]) -> Iterator[Concern]:
    row = server.row
    if not row.usable:
        yield _not_usable(server)
        return
    if server.swarm is None:
        return
    for node in server.swarm.nodes:
        yield from _node(row.name, node)
    for service in server.swarm.services:
        yield from _of_service(row.name, service, domains.get((row.name, service.stack), service.stack))


def _not_usable(server: ServerHealth) -> Concern:
    row = server.row
    if row.reachable:
        return Concern("not as wanted", row.name, "", row.error, row.next)
    if row.practice and not row.error:
        return Concern("to know", row.name, "", "this practice swarm is not running", row.next)
    return Concern("not reachable", row.name, "", row.error, row.next)


def _node(server: str, node: NodeLoad) -> Iterator[Concern]:
    if not node.node:
        return  # The service that misses these tasks says why they wait.
    if node.status in ("drained", "paused"):
        yield Concern(
            "to know",
            server,
            node.node,
            f"the node is {node.status}: it takes no new tasks",
            f"when its work is done: docker node update --availability active {node.node}",
        )
    elif node.status != "ready":
        yield Concern(
            "not as wanted",
            server,
            node.node,
            f"the node is {node.status}",
            "look at that machine: power, network, docker; its tasks are started on other nodes meanwhile",
        )


def _of_service(server: str, service: ServiceHealth, app: str) -> Iterator[Concern]:
    short = service.running < service.wanted
    update = _UPDATES.get(service.update, "")
    said = [_missing(service)] if short else []
    if update:
        said.append(f"{update} ({service.message})" if service.message else update)
    elif short and service.update in ("updating", "rollback_started"):
        said.append("an update is under way")
    if service.restarts:
        least = "at least " if service.at_least else ""
        times = "once" if service.restarts == 1 and not least else f"{least}{service.restarts} times"
        said.append(f"restarted {times} in the last hour: {service.reason}")
    if not said:
        return
    bad = short or bool(update) or service.restarts >= KEEPS_FAILING
    following = f"coopnb run app-is-down -p server={server} -p domain={app}" if app and bad else ""
    yield Concern("not as wanted" if bad else "to know", server, service.name, "; ".join(said), following)


def _missing(service: ServiceHealth) -> str:
    tasks = "1 task runs" if service.wanted == 1 else f"{service.wanted} tasks run"
    return f"{service.running} of {tasks}{f', the next waits: {service.waits}' if service.waits else ''}"
