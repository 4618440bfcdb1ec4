"""What a recipe has declared for an update that goes wrong, and what its users notice where it has not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from coopnb.model.finding import Finding
from coopnb.model.plan import Plan, UpdateService
from coopnb.model.stack import StackService


def with_protection(plan: Plan) -> Plan:
    """The plan, with these words among its findings."""
    return replace(plan, findings=tuple(sorted((*plan.findings, *protection(plan)), key=Finding.sort_key)))


def protection(plan: Plan) -> tuple[Finding, ...]:
    """A word for every service whose tasks the plan replaces: a note if it is protected, else a warning."""
    wants = {service.name: service for service in plan.stack.services}
    return tuple(
        _of(wants[item.name], item.spec)
        for item in plan.operations
        if isinstance(item, UpdateService) and item.restarts and item.name in wants
    )


def _of(service: StackService, spec: Mapping[str, Any]) -> Finding:
    update = spec.get("UpdateConfig") or {}
    checked = bool(spec["TaskTemplate"]["ContainerSpec"].get("Healthcheck"))
    early = update.get("Order") == "start-first"
    back = update.get("FailureAction") == "rollback"
    origin, path = service.origins.get("update"), ("services", service.key, "deploy", "update_config")
    if early and back and checked:
        text = (
            f"{service.key}: start-first and automatic rollback are declared: if the new tasks do not get "
            "healthy, the old ones go on serving"
        )
        return Finding("note", "update-is-protected", text, origin, path)
    parts = []
    if not early:
        parts.append("not start-first: nobody is served from the stop of the old task to the start of the new one")
    elif not checked:
        parts.append("start-first without a healthcheck: the old task stops before the new one is known to serve")
    if not back:
        action = update.get("FailureAction") or "pause"
        then = "goes on all the same" if action == "continue" else "stops where it is"
        parts.append(f"no automatic rollback ({action}): an update that fails {then}, and stays so until somebody acts")
    text = f"{service.key}: {'; '.join(parts)}"
    return Finding("warning", "update-is-not-protected", text, origin, path, "If it fails: roll-back-app.")
