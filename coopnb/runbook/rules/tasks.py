"""Rules that look at a service's tasks: what they ended with, or why they do not run."""

from __future__ import annotations

from coopnb.deploy.gathering import failures, waiting, words_of
from coopnb.model.incident import Gathered, Lead, Remedy
from coopnb.model.snapshot import ServiceSeen
from coopnb.runbook.rules.words import after_update, first_failure, is_job, remembers_all, short, way_back
from coopnb.show.text import counted

_PULL = ("No such image", "pull access denied", "manifest unknown", "not found", "repository does not exist", "denied")
_KILLED = 137


def image_missing(found: Gathered, service: ServiceSeen) -> Lead | None:
    """The image cannot be pulled."""
    task = next((task for task in failures(found.snapshot, service) if task.state == "rejected"), None)
    if task is None or not any(sign in task.error for sign in _PULL):
        return None
    return Lead(
        "image cannot be had",
        f"{task.node or 'a node'} cannot get the image of {short(found, service)}, {task.image}",
        task.error,
        way_back(found),
        "an earlier state has an image that can be had",
        service.name,
        first_failure(found, service),
    )


def unhealthy(found: Gathered, service: ServiceSeen) -> Lead | None:
    """Its health check fails."""
    failed = failures(found.snapshot, service)
    if not failed or "unhealthy" not in words_of(failed[0]):
        return None
    after = after_update(found, service)
    return Lead(
        "health check fails",
        f"the health check of {short(found, service)} fails{after}",
        f"{counted(len(failed), 'task')} stopped for it: {words_of(failed[0])}",
        way_back(found) if after else "restart",
        "what ran before the update was healthy" if after else "what it leans on may be back by now: read its log",
        service.name,
        first_failure(found, service),
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
        f"{short(found, service)} was killed on {failed[0].node or 'its node'} (exit {_KILLED})",
        f"out of memory, or by hand; its memory limit is {limit}",
        "none" if back else "restart",
        "swarm has started it again" if back else "start it anew",
        service.name,
        first_failure(found, service),
    )


def crashes(found: Gathered, service: ServiceSeen) -> Lead | None:
    """It ends by itself."""
    failed = [task for task in failures(found.snapshot, service) if task.state == "failed"]
    if not failed or failed[0].exit_code in (None, 0, _KILLED) or "unhealthy" in words_of(failed[0]):
        return None
    after = after_update(found, service)
    back = service.running >= service.desired and not after
    remedy: Remedy = way_back(found) if after else "none" if back else "restart"
    often = counted(len(failed), "time") + ("" if remembers_all(found, service) else " or more")
    return Lead(
        "crashes",
        f"{short(found, service)} crashed {often}{after}, the last time with exit {failed[0].exit_code}",
        words_of(failed[0]),
        remedy,
        "what ran before the update did not crash"
        if after
        else "swarm has started it again"
        if back
        else "read its last lines; if what it leans on is back, start it anew",
        service.name,
        first_failure(found, service),
    )


def missing(found: Gathered, service: ServiceSeen) -> Lead | None:
    """Tasks are missing, and no rule knows why."""
    if service.running >= service.desired or is_job(service):
        return None
    waits = waiting(found.snapshot, service)
    return Lead(
        "tasks missing",
        f"{service.running} of {service.desired} tasks of {short(found, service)} run",
        "; ".join(f"{task.name} is {words_of(task)}" for task in waits[:3]) or "no task says why",
        "restart",
        "give it a moment; then start it anew",
        service.name,
        min((task.created_at for task in waits), default=None),
    )


def _memory_limit(service: ServiceSeen) -> str:
    resources = (service.spec.get("TaskTemplate") or {}).get("Resources") or {}
    limit = (resources.get("Limits") or {}).get("MemoryBytes")
    return f"{limit // (1 << 20)} MiB" if limit else "none"
