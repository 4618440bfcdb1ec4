"""From what was found to what it points to: every rule's lead, in an order that puts what burns first."""

from __future__ import annotations

from collections.abc import Iterator

from coopnb.deploy.gathering import failures
from coopnb.model.incident import Gathered, Lead
from coopnb.model.snapshot import TaskSeen
from coopnb.runbook.rules import APP_RULES, CAUSES, SYMPTOMS
from coopnb.show.text import counted


def narrow(found: Gathered) -> tuple[Lead, ...]:
    """Everything the rules say, services with missing tasks first; never empty."""
    leads = tuple(_leads(found))
    return leads or (_nothing_wrong(found),)


def _leads(found: Gathered) -> Iterator[Lead]:
    services = sorted(found.snapshot.services, key=lambda seen: (seen.running >= seen.desired, seen.name))
    for app_rule in APP_RULES:
        if (lead := app_rule(found)) is not None:
            yield lead
    for service in services:
        told = [lead for rule in CAUSES if (lead := rule(found, service)) is not None]
        yield from told or [lead for rule in SYMPTOMS if (lead := rule(found, service)) is not None]


def _nothing_wrong(found: Gathered) -> Lead:
    tasks = sum(service.running for service in found.snapshot.services)
    return Lead(
        "nothing wrong in the swarm",
        "swarm sees nothing wrong: every task runs",
        f"{counted(tasks, 'task')} of {counted(len(found.snapshot.services), 'service')} run, none failed lately",
        "none",
        "look at the proxy, at DNS and at the certificate; if the app hangs, restart it",
    )


def suggestion(leads: tuple[Lead, ...]) -> Lead:
    """The lead whose remedy comes first: one that does something, if there is one."""
    return next((lead for lead in leads if lead.remedy != "none"), leads[0])


def tasks_that_failed(found: Gathered) -> tuple[TaskSeen, ...]:
    """Every failure that is still remembered, oldest first."""
    told = (task for service in found.snapshot.services for task in failures(found.snapshot, service))
    return tuple(sorted(told, key=lambda task: (task.at, task.name)))
