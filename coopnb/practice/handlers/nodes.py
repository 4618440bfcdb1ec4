"""/nodes: list, inspect, update (labels, availability, role)."""

from __future__ import annotations

from coopnb.practice.handlers.find import find
from coopnb.practice.handlers.query import read_version
from coopnb.practice.objects import Node
from coopnb.practice.specs.filters import read_filters
from coopnb.practice.specs.render import node_json
from coopnb.practice.specs.service_shape import NODE_SPEC
from coopnb.practice.specs.shape import read_json
from coopnb.practice.swarm import PracticeSwarm
from coopnb.practice.wire import Request, Response, empty, json_response
from coopnb.practice.wire_errors import Refusal, out_of_sequence, swarmkit_refusal


def list_nodes(swarm: PracticeSwarm, request: Request) -> Response:
    """All nodes that pass the filters."""
    filters = read_filters(request, ("id", "label", "membership", "name", "node.label", "role"))
    kept = [
        node
        for node in swarm.store.all(Node)
        if filters.prefix("id", node.id)
        and filters.prefix("name", node.hostname)
        and filters.exact("role", node.role)
        and filters.exact("membership", "accepted" if node.accepted else "pending")
        and filters.labels("label", node.engine_labels)
        and filters.labels("node.label", node.labels)
    ]
    return json_response([node_json(node) for node in kept])


def inspect_node(swarm: PracticeSwarm, _request: Request, reference: str) -> Response:
    """One node."""
    return json_response(node_json(_find(swarm, reference)))


def update_node(swarm: PracticeSwarm, request: Request, reference: str) -> Response:
    """Replace a node's spec; its membership is no part of what clients write, so it is "pending" afterwards."""
    version = read_version(request, "node")
    spec = read_json(request.body, NODE_SPEC)
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
    if role != node.role:
        raise Refusal(501, "the practice swarm does not simulate a change of role")
    swarm.store.update(
        node,
        name=spec.get("Name", ""),
        labels=spec.get("Labels") or {},
        role=role,
        availability=availability,
        accepted=False,
    )
    return empty()


def _find(swarm: PracticeSwarm, reference: str) -> Node:
    return find(swarm.store, Node, reference, lambda node: node.hostname)
