"""What the rules say in the same words: how long ago, after which update, whether there is a way back."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from coopnb.deploy.gathering import failures
from coopnb.model.incident import Gathered, Remedy
from coopnb.model.snapshot import ServiceSeen
from coopnb.observe.tracks import KEPT_ATTEMPTS
from coopnb.plan.kept import state_before
from coopnb.show.text import duration

SOON = timedelta(minutes=15)
"""Failures that begin this soon after an update are taken to come of it."""


def short(found: Gathered, service: ServiceSeen) -> str:
    """A service's name in its files."""
    return service.name.removeprefix(f"{found.snapshot.stack}_")


def ago(found: Gathered, moment: datetime) -> str:
    """How long before the look something was."""
    return f"{duration((found.snapshot.at - moment).total_seconds())} before this look"


def first_failure(found: Gathered, service: ServiceSeen) -> datetime | None:
    """When the failures that are still remembered began: swarm keeps the last few of a slot."""
    return min((task.at for task in failures(found.snapshot, service)), default=None)


def remembers_all(found: Gathered, service: ServiceSeen) -> bool:
    """Whether no slot has failed so often that swarm has forgotten its first failures."""
    failed = Counter(task.name for task in failures(found.snapshot, service))
    return max(failed.values(), default=0) < KEPT_ATTEMPTS - 1


def after_update(found: Gathered, service: ServiceSeen) -> str:
    """Words for failures that began soon after the service was written; empty if they did not."""
    lately = (task.at for task in failures(found.snapshot, service) if task.at > service.updated_at - SOON)
    first = min(lately, default=None)
    if service.previous_spec is None or first is None or not timedelta() <= first - service.updated_at <= SOON:
        return ""
    began = "beginning" if remembers_all(found, service) else "the first that swarm remembers"
    return f", {began} {duration((first - service.updated_at).total_seconds())} after its last update"


def way_back(found: Gathered) -> Remedy:
    """Roll back, if there is a state to go back to that is not the one that runs.

    The newest counts, too, where the swarm was changed past it: it is what was deployed last.
    """
    past = any(not state.runs and not state.trouble for state in found.states[:1])
    return "roll back" if past or state_before(found.states) else "none"


def is_job(service: ServiceSeen) -> bool:
    """Whether its tasks are meant to end."""
    return any("Job" in mode for mode in service.spec.get("Mode") or {})
