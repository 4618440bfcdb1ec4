"""A plan as JSON, for whoever reads it with a program: the same facts as the text, and as little of any secret."""

from __future__ import annotations

import json

from coopnb.model.finding import Finding
from coopnb.model.origin import key_path_text
from coopnb.model.plan import FieldChange, Operation, Plan, UpdateLabels, UpdateService
from coopnb.show.plan import change_value


def plan_json(plan: Plan, following: str = "") -> str:
    """Every write with its cause, what is left alone, and the findings.

    Args:
        following: the command that goes on from here; blank if there is none.
    """
    facts = {
        "stack": plan.stack.name,
        "server": plan.server.name,
        "swarm": plan.server.swarm_id,
        "files": plan.version_after,
        "digest": plan.short_digest,
        "nothing_to_do": plan.nothing_to_do,
        "blocked": sorted({finding.rule for finding in plan.blocked}),
        "accepted": list(plan.accepted),
        "operations": [_operation(operation) for operation in plan.operations],
        "untouched": [
            {"verb": item.verb, "kind": item.kind, "name": item.name, "reason": item.reason} for item in plan.untouched
        ],
        "findings": [finding_facts(finding) for finding in plan.findings],
        "next": following or None,
    }
    return json.dumps(facts, indent=2)


def finding_facts(finding: Finding) -> dict[str, object]:
    """A finding with its place."""
    return {
        "weight": finding.severity,
        "rule": finding.rule,
        "file": finding.origin.file if finding.origin else None,
        "line": (finding.origin.line if finding.origin else 0) or None,
        "path": key_path_text(finding.path) or None,
        "text": finding.text,
        "hint": finding.hint,
        "acceptable": finding.acceptable,
    }


def _operation(operation: Operation) -> dict[str, object]:
    facts: dict[str, object] = {
        "verb": operation.verb,
        "kind": operation.kind,
        "name": operation.name,
        "cause": operation.cause,
    }
    if isinstance(operation, UpdateService):
        facts["restarts"] = operation.restarts
        facts["interruption"] = operation.interruption
    if isinstance(operation, UpdateService | UpdateLabels):
        facts["changes"] = [_change(change) for change in operation.changes]
    return facts


def _change(change: FieldChange) -> dict[str, object]:
    return {
        "field": change.field,
        "before": change_value(change.field, change.before),
        "after": change_value(change.field, change.after),
        "cause": change.cause,
    }
