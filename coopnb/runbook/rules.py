"""The rules: each looks at one service, or at the whole app, and answers with a lead or with nothing.

A lead is a sentence with its evidence and the remedy it suggests. Nothing here asks anybody anything.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from coopnb.deploy.gathering import failures, waiting, words_of
from coopnb.model.incident import Gathered, Lead, Remedy
from coopnb.model.snapshot import ServiceSeen
from coopnb.plan.kept import state_before
from coopnb.show.text import counted, duration

SOON = timedelta(minutes=15)
"""Failures that begin this soon after an update are taken to come of it."""

_PULL = ("No such image", "pull access denied", "manifest unknown", "not found", "repository does not exist", "denied")
_KILLED = 137

AppRule = Callable[[Gathered], Lead | None]
ServiceRule = Callable[[Gathered, ServiceSeen], Lead | None]


def not_deployed(found: Gathered) -> Lead | None:
    """Nothing of the stack is in the swarm."""
    if found.snapshot.services:
        return None
    return Lead(
        "not deployed",
        f"nothing of {found.app} is in this swarm",
        f"no service carries the stack's name, {found.snapshot.stack}",
        "none",
        "look at the right server, or bring it back with deploy-app",
    )


def node_down(found: Gathered) -> Lead | None:
    """A node is not ready; swarm has moved what it may move."""
    lost = [node for node in found.snapshot.nodes if node.state != "ready"]
    if not lost:
        return None
    names = ", ".join(node.hostname or node.id for node in lost)
    gone = {node.id for node in lost}
    were = sum(task.node_id in gone for task in found.snapshot.tasks)
    moved = all(service.running >= service.desired for service in found.snapshot.services)
    return Lead(
        "node down",
        f"{names} {'is' if len(lost) == 1 else 'are'} not reachable",
        f"state {', '.join(sorted({node.state for node in lost}))}; {counted(were, 'task')} of the app had been there",
        "none",
        "swarm has started the tasks elsewhere; bring the node back when it suits you"
        if moved
        else "bring the node back: what cannot run elsewhere waits for it",
    )


def scaled_to_zero(found: Gathered, service: ServiceSeen) -> Lead | None:
    """Nobody wants a task of it."""
    if service.desired or _is_job(service) or any(other.desired for other in found.snapshot.services):
        return None
    return Lead(
        "scaled to 0",
        f"{_short(found, service)} is scaled to 0: no task of it is wanted",
        f"last written {_ago(found, service.updated_at)}",
        "scale",
        "give it the number of tasks it had",
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
        f"an update of {_short(found, service)} failed, and swarm {_ROLLBACKS.get(update.state, 'rolls it back')}",
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
        f"the last update of {_short(found, service)} failed and stands still, half done",
        update.message or "paused",
        _back(found),
        "bring back the state before",
        service.name,
        update.started_at,
    )


def image_missing(found: Gathered, service: ServiceSeen) -> Lead | None:
    """The image cannot be pulled."""
    task = next((task for task in failures(found.snapshot, service) if task.state == "rejected"), None)
    if task is None or not any(sign in task.error for sign in _PULL):
        return None
    return Lead(
        "image cannot be had",
        f"{task.node or 'a node'} cannot get the image of {_short(found, service)}, {task.image}",
        task.error,
        _back(found),
        "an earlier state has an image that can be had",
        service.name,
        _first(found, service),
    )


def no_suitable_node(found: Gathered, service: ServiceSeen) -> Lead | None:
    """No node may, or can, take a task."""
    task = next((task for task in waiting(found.snapshot, service) if "no suitable node" in task.error), None)
    if task is None:
        return None
    room = "insufficient resources" in task.error
    return Lead(
        "no suitable node",
        f"no node takes {task.name}",
        task.error,
        "scale" if room and service.desired > 1 else "none",
        "fewer tasks would fit" if room and service.desired > 1 else "bring a node back, or make room: no write helps",
        service.name,
        task.created_at,
    )


def unhealthy(found: Gathered, service: ServiceSeen) -> Lead | None:
    """Its health check fails."""
    failed = failures(found.snapshot, service)
    if not failed or "unhealthy" not in words_of(failed[0]):
        return None
    after = _after_update(found, service)
    return Lead(
        "health check fails",
        f"the health check of {_short(found, service)} fails{after}",
        f"{counted(len(failed), 'task')} stopped for it: {words_of(failed[0])}",
        _back(found) if after else "restart",
        "what ran before the update was healthy" if after else "what it leans on may be back by now: read its log",
        service.name,
        _first(found, service),
    )


def killed(found: Gathered, service: ServiceSeen) -> Lead | None:
    """Killed from outside: for want of memory, or by hand."""
    failed = failures(found.snapshot, service)
    if not failed or failed[0].exit_code != _KILLED or "unhealthy" in words_of(failed[0]):
        return None
    back = service.running >= service.desired
    limit = _memory_limit(service)
    return Lead(
        "killed",
        f"{_short(found, service)} was killed on {failed[0].node or 'its node'} (exit {_KILLED})",
        f"out of memory, or by hand; its memory limit is {limit}",
        "none" if back else "restart",
        "swarm has started it again" if back else "start it anew",
        service.name,
        _first(found, service),
    )


def crashes(found: Gathered, service: ServiceSeen) -> Lead | None:
    """It ends by itself."""
    failed = [task for task in failures(found.snapshot, service) if task.state == "failed"]
    if not failed or failed[0].exit_code in (None, 0, _KILLED) or "unhealthy" in words_of(failed[0]):
        return None
    after = _after_update(found, service)
    back = service.running >= service.desired and not after
    remedy: Remedy = _back(found) if after else "none" if back else "restart"
    return Lead(
        "crashes",
        f"{_short(found, service)} crashed {counted(len(failed), 'time')}{after}, the last time with "
        f"exit {failed[0].exit_code}",
        words_of(failed[0]),
        remedy,
        "what ran before the update did not crash"
        if after
        else "swarm has started it again"
        if back
        else "read its last lines; if what it leans on is back, start it anew",
        service.name,
        _first(found, service),
    )


def leans_on_others(found: Gathered, service: ServiceSeen) -> Lead | None:
    """The last update gave it other secrets or configs."""
    before, now = (_given(spec) for spec in (service.previous_spec or {}, service.spec))
    changed = sorted(before ^ now)
    if not service.previous_spec or not changed or service.running >= service.desired:
        return None
    return Lead(
        "other secret or config",
        f"the last update of {_short(found, service)} gave it other secrets or configs",
        f"{', '.join(changed)}; written {_ago(found, service.updated_at)}",
        _back(found),
        "what it leans on may still have the old ones",
        service.name,
    )


def missing(found: Gathered, service: ServiceSeen) -> Lead | None:
    """Tasks are missing, and no rule knows why."""
    if service.running >= service.desired or _is_job(service):
        return None
    waits = waiting(found.snapshot, service)
    return Lead(
        "tasks missing",
        f"{service.running} of {service.desired} tasks of {_short(found, service)} run",
        "; ".join(f"{task.name} is {words_of(task)}" for task in waits[:3]) or "no task says why",
        "restart",
        "give it a moment; then start it anew",
        service.name,
        min((task.created_at for task in waits), default=None),
    )


APP_RULES: tuple[AppRule, ...] = (not_deployed, node_down)
CAUSES: tuple[ServiceRule, ...] = (
    scaled_to_zero,
    update_paused,
    rolled_back,
    image_missing,
    no_suitable_node,
    unhealthy,
    killed,
    crashes,
    leans_on_others,
)
SYMPTOMS: tuple[ServiceRule, ...] = (missing,)
"""Told of a service only where no cause is."""

_ROLLBACKS = {
    "rollback_started": "is rolling it back",
    "rollback_paused": "could not roll it back either",
    "rollback_completed": "rolled it back",
}


def _short(found: Gathered, service: ServiceSeen) -> str:
    return service.name.removeprefix(f"{found.snapshot.stack}_")


def _ago(found: Gathered, moment: datetime) -> str:
    return f"{duration((found.snapshot.at - moment).total_seconds())} before this look"


def _first(found: Gathered, service: ServiceSeen) -> datetime | None:
    """When the failures that are still remembered began: swarm keeps the last few of a slot."""
    return min((task.at for task in failures(found.snapshot, service)), default=None)


def _after_update(found: Gathered, service: ServiceSeen) -> str:
    """Words for failures that began soon after the service was written; empty if they did not."""
    lately = (task.at for task in failures(found.snapshot, service) if task.at > service.updated_at - SOON)
    first = min(lately, default=None)
    if service.previous_spec is None or first is None or not timedelta() <= first - service.updated_at <= SOON:
        return ""
    return f", beginning {duration((first - service.updated_at).total_seconds())} after its last update"


def _back(found: Gathered) -> Remedy:
    """Roll back, if there is a state to go back to that is not the one that runs."""
    return "roll back" if state_before(found.states) else "none"


def _given(spec: object) -> set[str]:
    template = (spec.get("TaskTemplate") or {}) if isinstance(spec, dict) else {}
    container = template.get("ContainerSpec") or {}
    return {
        f"{kind} {item.get(name)}"
        for kind, key, name in (("secret", "Secrets", "SecretName"), ("config", "Configs", "ConfigName"))
        for item in container.get(key) or ()
    }


def _memory_limit(service: ServiceSeen) -> str:
    resources = (service.spec.get("TaskTemplate") or {}).get("Resources") or {}
    limit = (resources.get("Limits") or {}).get("MemoryBytes")
    return f"{limit // (1 << 20)} MiB" if limit else "none"


def _is_job(service: ServiceSeen) -> bool:
    return any("Job" in mode for mode in service.spec.get("Mode") or {})
