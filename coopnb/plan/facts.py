"""What a ledger has of a plan and of its approval, as the record reads it, whoever opened the run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from coopnb.model.plan import Approval, Plan
from coopnb.model.server import ServerIdentity


def approved_facts(plan: Plan, approval: Approval) -> Mapping[str, Any]:
    """The facts of ``approved``: which plan, by whom, why, and what was accepted with it."""
    facts = {"digest": approval.digest, "by": approval.by, "reason": approval.reason}
    return {**facts, "accepted": ", ".join(plan.accepted)} if plan.accepted else facts


def server_facts(server: ServerIdentity) -> Mapping[str, Any]:
    """Which server it was, as every entry that names one has it."""
    return {
        "name": server.name,
        "endpoint": server.endpoint,
        "swarm_id": server.swarm_id,
        "practice": server.practice,
        "engine": server.engine,
    }


def planned_facts(plan: Plan) -> Mapping[str, Any]:
    """The facts of ``planned``: enough to know a year later what was approved."""
    return {
        "digest": plan.digest,
        "server": server_facts(plan.server),
        "app": plan.app,
        "recipe": plan.recipe,
        "version_before": plan.version_before,
        "version_after": plan.version_after,
        "operations": [
            {"verb": item.verb, "kind": item.kind, "name": item.name, "cause": item.cause} for item in plan.operations
        ],
        "rests_on": [
            {"kind": rest.kind, "name": rest.name, "id": rest.id, "index": rest.index} for rest in plan.rests_on
        ],
        "findings": [str(finding) for finding in plan.findings],
        "nothing_to_do": plan.nothing_to_do,
        **({"plain": True} if plan.stack.plain else {}),
        **({"accepted": ", ".join(plan.accepted)} if plan.accepted else {}),
    }
