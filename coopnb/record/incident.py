"""What a ledger tells of an incident: the report, the facts, the decision, and the end.

Entries are read as foreign JSON: a fact that is missing is empty, never an error.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from coopnb.model.ledger import Entry
from coopnb.record.clocks import MOST_SHIFT, shift_of
from coopnb.record.facts import facts_of, last, listed, moment, number, said


@dataclass(frozen=True, slots=True)
class Incident:
    """An incident as its ledger tells it.

    Attributes:
        report, gathered, decided, closed: the facts of the last such entry; empty if there is none.
        leads: what the rules said.
        shift: the ledger's clock minus the engine's, when the facts were read.
        since: when it began, by the swarm, on the ledger's clock; ``None`` if no rule could tell.
        watched: seconds that the app was watched at the end.
    """

    report: Mapping[str, Any]
    gathered: Mapping[str, Any]
    leads: tuple[Mapping[str, Any], ...]
    decided: Mapping[str, Any]
    closed: Mapping[str, Any]
    shift: timedelta
    since: datetime | None
    watched: float

    @property
    def ending(self) -> str:
        """``resolved``, ``unresolved``, or ``not closed``."""
        return said(self.closed, "ending") or "not closed"

    @property
    def what(self) -> str:
        """What was found, a clause each."""
        return "; ".join(said(lead, "text") for lead in self.leads) or "nothing was narrowed down"

    @property
    def remedy(self) -> str:
        """What was decided, with what it applies to."""
        remedy = said(self.decided, "remedy")
        if not remedy:
            return ""
        scaled = self.decided.get("replicas")
        services = self.decided.get("services")
        parts = [
            f"to {said(self.decided, 'state')}" if said(self.decided, "state") else "",
            ", ".join(f"{name} to {count}" for name, count in scaled.items()) if isinstance(scaled, Mapping) else "",
            f"of {', '.join(map(str, services))}" if isinstance(services, list) and services else "",
        ]
        return " ".join(part for part in (remedy, *parts) if part)


def incident_of(entries: Sequence[Entry]) -> Incident | None:
    """Tell the incident that a run was about; ``None`` if it was about something else."""
    gathered = last(entries, "gathered")
    chosen = facts_of(last(entries, "chosen"))
    if gathered is None and "noticed" not in chosen:
        return None
    facts = facts_of(gathered)
    leads = tuple(listed(facts_of(last(entries, "narrowed")), "leads"))
    shift = shift_of(entries, "gather")
    began = [at + shift for lead in leads if (at := moment(said(lead, "since"))) is not None]
    return Incident(
        report=chosen,
        gathered=facts,
        leads=leads,
        decided=facts_of(last(entries, "decided")),
        closed=_closed(entries),
        shift=shift,
        since=min(began, default=None),
        watched=number(facts_of(last(entries, "checked")), "watched"),
    )


@dataclass(frozen=True, slots=True)
class State:
    """How the app stood when the facts were read, as the rows of tables.

    Attributes:
        clock: what must be known of the times of both clocks; may be empty.
    """

    when: str
    services: tuple[Mapping[str, str], ...]
    nodes: tuple[Mapping[str, str], ...]
    states: tuple[Mapping[str, str], ...]
    unread: tuple[str, ...]
    clock: str


def state_of(incident: Incident) -> State | None:
    """Give the state as it was read last; ``None`` if it never was."""
    facts = incident.gathered
    at = moment(said(facts, "at"))
    if at is None:
        return None
    services = (
        {
            "name": said(item, "name"),
            "tasks": f"{said(item, 'running')} of {said(item, 'desired')} running",
            "image": said(item, "image"),
            "last_update": said(item, "update").replace("_", " "),
            "bad": "yes" if number(item, "running") < number(item, "desired") else "",
        }
        for item in listed(facts, "services")
    )
    nodes = (
        {
            "name": said(item, "name"),
            "how": ", ".join(said(item, name) for name in ("role", "state", "availability")),
            "bad": "" if said(item, "state") == "ready" else "yes",
        }
        for item in listed(facts, "nodes")
    )
    states = (
        {
            "name": said(item, "name"),
            "version": said(item, "version"),
            "how": "asked for then" if item.get("runs") is True else "kept",
        }
        for item in listed(facts, "states")
    )
    unread = facts.get("unread")
    return State(
        when=f"{at + incident.shift:%Y-%m-%d %H:%M:%S} UTC",
        services=tuple(services),
        nodes=tuple(nodes),
        states=tuple(states),
        unread=tuple(map(str, unread)) if isinstance(unread, list) else (),
        clock=_clock(incident.shift),
    )


def _clock(shift: timedelta) -> str:
    """How the times of what came before were brought onto the ledger's clock."""
    if abs(shift) < MOST_SHIFT:
        return ""
    ahead = "ahead" if shift < timedelta() else "behind"
    return f"The engine's clock was {_long(abs(shift))} {ahead}; its times were moved by that."


def _long(span: timedelta) -> str:
    return f"{span.days} days" if span.days > 1 else f"{int(span.total_seconds())} s"


def _closed(entries: Sequence[Entry]) -> Mapping[str, Any]:
    """How it was closed; an end that was followed by new facts or a new decision is none."""
    closed = last(entries, "closed")
    later = [entry.event for entry in entries if closed is not None and entry.seq > closed.seq]
    return {} if {"gathered", "decided", "applying"} & set(later) else facts_of(closed)
