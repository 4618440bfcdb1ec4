"""Rules that look at how a service was written: its numbers, its last update, what that update changed."""

from __future__ import annotations

from collections.abc import Mapping

from coopnb.deploy.gathering import waiting
from coopnb.model.incident import Gathered, Lead, Remedy
from coopnb.model.snapshot import ServiceSeen
from coopnb.model.stack import Spec
from coopnb.plan.live import replicas_of
from coopnb.runbook.rules.words import ago, is_job, short, way_back
from coopnb.show.text import counted


def scaled_to_zero(found: Gathered, service: ServiceSeen) -> Lead | None:
    """Nobody wants a task of it: somebody wrote that lately, or nothing else of the app is wanted either."""
    if service.desired or is_job(service):
        return None
    before = replicas_of(service.previous_spec) if service.previous_spec else None
    if not before and any(other.desired for other in found.snapshot.services):
        return None  # a service may be meant to rest
    had = f", with {counted(before, 'task')} before" if before else ""
    return Lead(
        "scaled to 0",
        f"{short(found, service)} is scaled to 0: no task of it is wanted",
        f"last written {ago(found, service.updated_at)}{had}",
        "scale",
        f"give it the number of tasks it had{f': {before}' if before else ''}",
        service.name,
        service.updated_at,
    )


def rolled_back(found: Gathered, service: ServiceSeen) -> Lead | None:
    """Swarm itself has undone an update."""
    update = service.update
    if update is None or not update.state.startswith("rollback"):
        return None
    serves = service.running >= service.desired
    return Lead(
        "rolled back by swarm",
        f"an update of {short(found, service)} failed, and swarm {_ROLLBACKS.get(update.state, 'rolls it back')}",
        update.message or update.state,
        "none" if serves and update.state == "rollback_completed" else "roll back",
        "the version before serves; find out why the new one did not"
        if serves and update.state == "rollback_completed"
        else "bring back a state that ran",
        service.name,
        update.started_at,
    )


def update_paused(found: Gathered, service: ServiceSeen) -> Lead | None:
    """An update failed and stands still, half done."""
    update = service.update
    if update is None or update.state != "paused":
        return None
    return Lead(
        "update paused",
        f"the last update of {short(found, service)} failed and stands still, half done",
        update.message or "paused",
        way_back(found),
        "bring back the state before",
        service.name,
        update.started_at,
    )


def no_suitable_node(found: Gathered, service: ServiceSeen) -> Lead | None:
    """No node may, or can, take a task."""
    task = next((task for task in waiting(found.snapshot, service) if "no suitable node" in task.error), None)
    if task is None:
        return None
    remedy, why = _room(found, service, task.error)
    return Lead(
        "no suitable node", f"no node takes {task.name}", task.error, remedy, why, service.name, task.created_at
    )


def _room(found: Gathered, service: ServiceSeen, error: str) -> tuple[Remedy, str]:
    """What makes a place for a task: undoing a write that asked for another one, fewer tasks, or a node."""
    asked, before = _place(service.spec), _place(service.previous_spec or service.spec)
    changed = " and ".join(name for name in asked if asked[name] != before[name])
    if changed:
        return way_back(found), f"the last write changed its {changed} {ago(found, service.updated_at)}: undo that"
    if "insufficient resources" in error and service.desired > 1:
        return "scale", "fewer tasks would fit"
    return "none", "bring a node back, or make room: no write helps"


def _place(spec: Spec) -> Mapping[str, object]:
    """What a service asks of a node (``scheduler/filter.go`` of swarmkit looks at both)."""
    template = spec.get("TaskTemplate") or {}
    resources = template.get("Resources") or {}
    return {"placement": template.get("Placement") or {}, "reservation": resources.get("Reservations") or {}}


def leans_on_others(found: Gathered, service: ServiceSeen) -> Lead | None:
    """The last update gave it other secrets or configs."""
    before, now = (_given(spec) for spec in (service.previous_spec or {}, service.spec))
    changed = sorted(before ^ now)
    if not service.previous_spec or not changed or service.running >= service.desired:
        return None
    return Lead(
        "other secret or config",
        f"the last update of {short(found, service)} gave it other secrets or configs",
        f"{', '.join(changed)}; written {ago(found, service.updated_at)}",
        way_back(found),
        "what it leans on may still have the old ones",
        service.name,
    )


_ROLLBACKS = {
    "rollback_started": "is rolling it back",
    "rollback_paused": "could not roll it back either",
    "rollback_completed": "rolled it back",
}


def _given(spec: object) -> set[str]:
    template = (spec.get("TaskTemplate") or {}) if isinstance(spec, dict) else {}
    container = template.get("ContainerSpec") or {}
    return {
        f"{kind} {item.get(name)}"
        for kind, key, name in (("secret", "Secrets", "SecretName"), ("config", "Configs", "ConfigName"))
        for item in container.get(key) or ()
    }
