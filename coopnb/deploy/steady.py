"""Whether an app stays up: every task, looked at again and again, by the engine's own clock."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from coopnb.deploy.gathering import up
from coopnb.model.run import Check
from coopnb.model.snapshot import ServiceSeen, Snapshot

BETWEEN = 1.0
"""Seconds between two looks at an engine with a clock of its own."""

MOST_LOOKS = 600


@dataclass(frozen=True, slots=True)
class Watched:
    """What was seen.

    Attributes:
        checks: one a service. seconds: how long they were watched, by the engine's clock.
        last: the last look.
    """

    checks: tuple[Check, ...]
    seconds: float
    last: Snapshot


def watch_steady(look: Callable[[], Snapshot], seconds: float, *, self_paced: bool) -> Watched:
    """Watch until the seconds are over or a task is missing; a task that was replaced meanwhile did not stay up.

    Args:
        self_paced: a practice swarm whose time moves because it is looked at; nobody sleeps for it.
    """
    first = now = look()
    for _ in range(MOST_LOOKS):
        checks = _checks(first, now)
        passed = now.at - first.at
        if passed >= timedelta(seconds=seconds) or any(check.ok is False for check in checks):
            break
        if not self_paced:
            time.sleep(BETWEEN)
        now = look()
    return Watched(checks, (now.at - first.at).total_seconds(), now)


def _checks(first: Snapshot, now: Snapshot) -> tuple[Check, ...]:
    if not now.services:
        return (Check(now.stack, False, "nothing of it is there"),)
    if not any(service.desired for service in now.services):
        return (Check(now.stack, False, "no task of it is wanted: it was scaled to 0"),)
    return tuple(_check(service, first, now) for service in now.services)


def _check(service: ServiceSeen, first: Snapshot, now: Snapshot) -> Check:
    running = up(now, service)
    if not service.desired:
        return Check(service.name, None, "no task is wanted of it")
    if len(running) < service.desired:
        return Check(service.name, False, f"{len(running)} of {service.desired} tasks run")
    replaced = {task.id for task in up(first, service)} - {task.id for task in running}
    if replaced:
        return Check(service.name, False, f"{len(replaced)} of its tasks stopped while it was watched")
    healthy = ", healthy" if all(task.has_healthcheck for task in running) else "; it has no health check"
    return Check(service.name, True, f"{len(running)} of {service.desired} tasks run{healthy}")
