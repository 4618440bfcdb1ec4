"""/nodes: list, inspect, update (labels, availability, role), remove."""

from __future__ import annotations

from coopnb.practice.handlers.find import find
from coopnb.practice.handlers.query import read_version
from coopnb.practice.objects import Node, TaskState
from coopnb.practice.specs.filters import read_filters
from coopnb.practice.specs.render import node_json
from coopnb.practice.specs.shape import read_json
from coopnb.practice.specs.shapes import NODE_SPEC
from coopnb.practice.swarm import PracticeSwarm
from coopnb.practice.wire import Request, Response, empty, json_response
from coopnb.practice.wire_errors import Refusal, out_of_sequence, swarmkit_refusal


def list_nodes(swarm: PracticeSwarm, request: Request) -> Response:
    """List all nodes that pass the filters."""
    filters = read_filters(request, ("id", "label", "membership", "name", "node.label", "role"))
    for name, words in (("role", ("worker", "manager")), ("membership", ("pending", "accepted"))):
        for given in filters.get(name):
            if given.lower() not in words:
                raise Refusal(500, f"Invalid {name} filter: '{given}'")
    kept = [
        node
        for node in swarm.store.all(Node)
        if filters.prefix("id", node.id)
        and filters.prefix("name", node.hostname)
        and filters.exact("role", node.role, fold=True)
        and filters.exact("membership", "accepted" if node.accepted else "pending", fold=True)
        and filters.labels("label", node.engine_labels)
        and filters.labels("node.label", node.labels)
    ]
    return json_response([node_json(node) for node in kept])


def inspect_node(swarm: PracticeSwarm, _request: Request, reference: str) -> Response:
    """Show one node."""
    return json_response(node_json(_find(swarm, reference)))


def update_node(swarm: PracticeSwarm, request: Request, reference: str) -> Response:
    """Replace a node's spec; its membership is no part of what clients write, so it is "pending" afterwards.

    A worker that becomes a manager knows the swarm from then on.
    """
    spec = read_json(request, NODE_SPEC)
    version = read_version(request, "node")
    role, availability = spec.get("Role", "").lower(), spec.get("Availability", "").lower()
    if role not in ("manager", "worker"):
        raise Refusal(400, f'invalid Role: "{spec.get("Role", "")}"')
    if availability not in ("active", "pause", "drain"):
        raise Refusal(400, f'invalid Availability: "{spec.get("Availability", "")}"')
    node = _find(swarm, reference)
    managers = [other for other in swarm.store.all(Node) if other.role == "manager"]
    if node.role == "manager" and role == "worker" and len(managers) == 1:
        raise swarmkit_refusal("FailedPrecondition", "attempting to demote the last manager of the swarm")
    if version != node.index:
        raise out_of_sequence()
    if node.leader and role == "worker":
        heir = next(other for other in managers if other.id != node.id)
        swarm.store.update(heir, leader=True)
    swarm.store.update(
        node,
        name=spec.get("Name", ""),
        labels=spec.get("Labels") or {},
        role=role,
        availability=availability,
        leader=node.leader and role == "manager",
        accepted=False,
    )
    return empty()


def remove_node(swarm: PracticeSwarm, request: Request, reference: str) -> Response:
    """Remove a node that is down, or by force; its tasks are orphaned."""
    node = _find(swarm, reference)
    if node.role == "manager":
        text = f"node {node.id} is a cluster manager and is a member of the raft cluster. "
        raise swarmkit_refusal("FailedPrecondition", text + "It must be demoted to worker before removal")
    if node.state == "ready" and not request.flag("force"):
        raise swarmkit_refusal("FailedPrecondition", f"node {node.id} is not down and can't be removed")
    for task in swarm.store.tasks_on(node.id):
        if task.state < TaskState.COMPLETE:
            message = "Task belonged to a node that has been deleted"
            swarm.store.update(task, state=TaskState.ORPHANED, message=message, err="", timestamp=swarm.clock.now)
    swarm.store.remove(node)
    return empty()


def _find(swarm: PracticeSwarm, reference: str) -> Node:
    return find(swarm.store, Node, reference, lambda node: node.hostname)
