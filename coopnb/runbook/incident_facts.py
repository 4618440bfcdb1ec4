"""What an incident writes into the ledger, as the record reads it. Log lines in it are masked and bounded already."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from coopnb.deploy.gathering import words_of
from coopnb.model.incident import Decision, Gathered, Lead
from coopnb.model.remembered import Remembered
from coopnb.plan.facts import server_facts
from coopnb.runbook.narrowing import tasks_that_failed

MOST_EVENTS = 60


def gathered_facts(found: Gathered) -> Mapping[str, Any]:
    """The facts of ``gathered``."""
    seen = found.snapshot
    return {
        "app": found.app,
        "stack": seen.stack,
        "at": _time(seen.at),
        "server": server_facts(seen.server),
        "services": [
            {
                "name": service.name,
                "running": service.running,
                "desired": service.desired,
                "image": _image(service.spec),
                "update": service.update.state if service.update else "",
            }
            for service in seen.services
        ],
        "nodes": [
            {"name": node.hostname, "role": node.role, "state": node.state, "availability": node.availability}
            for node in seen.nodes
        ],
        "states": [{"name": state.name, "version": state.version, "runs": state.runs} for state in found.states],
        "evidence": [
            {
                "service": item.service,
                "task": item.task,
                "node": item.node,
                "what": item.what,
                "failures": item.failures,
                "log": list(item.log),
            }
            for item in found.evidence
        ],
        "events": sorted(_events(found), key=lambda event: event["at"])[-MOST_EVENTS:],
        "unread": list(found.unread),
    }


def narrowed_facts(leads: Sequence[Lead]) -> Mapping[str, Any]:
    """The facts of ``narrowed``."""
    return {
        "leads": [
            {
                "rule": lead.rule,
                "service": lead.service,
                "text": lead.text,
                "evidence": lead.evidence,
                "remedy": lead.remedy,
                "since": _time(lead.since) if lead.since else "",
            }
            for lead in leads
        ]
    }


def decided_facts(decision: Decision) -> Mapping[str, Any]:
    """The facts of ``decided``."""
    return {
        "remedy": decision.remedy,
        "reason": decision.reason,
        "by": decision.by,
        "services": list(decision.services),
        "state": decision.state,
        "replicas": dict(decision.replicas),
    }


def happened_facts(told: Remembered) -> Mapping[str, Any]:
    """The facts of ``happened``: the engine's own events of a time."""
    return {
        "at": _time(told.until),
        "since": _time(told.since),
        "known_since": _time(told.known_since),
        "left_out": told.left_out,
        "whole": told.whole,
        "events": [
            {
                "at": _time(event.at),
                "subject": f"{event.kind} {event.name}",
                "text": event.text,
                "update": event.update,
                "bad": event.bad,
            }
            for event in told.events
        ],
    }


def _events(found: Gathered) -> Iterator[dict[str, str]]:
    """What the swarm itself remembers of the time before this look: failed tasks, and the course of updates."""
    for task in tasks_that_failed(found):
        text = f"{task.state}: {words_of(task)}"
        yield {"at": _time(task.at), "kind": "task", "subject": task.name, "node": task.node, "text": text}
    for service in found.snapshot.services:
        update = service.update
        if update is None:
            continue
        if update.started_at:
            yield _of_update(service.name, update.started_at, "an update begins")
        if update.completed_at:
            yield _of_update(service.name, update.completed_at, f"{update.state.replace('_', ' ')}: {update.message}")


def _of_update(service: str, at: datetime, text: str) -> dict[str, str]:
    return {"at": _time(at), "kind": "update", "subject": service, "node": "", "text": text}


def _image(spec: Mapping[str, Any]) -> str:
    container = (spec.get("TaskTemplate") or {}).get("ContainerSpec") or {}
    return str(container.get("Image", "")).split("@", 1)[0]


def _time(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
