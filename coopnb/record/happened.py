"""What swarm remembered when it was asked: failed tasks, updates, and its own events, each of them once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from coopnb.model.ledger import Entry
from coopnb.record.clocks import Clocks
from coopnb.record.facts import listed, moment, number, said

HAPPENED = "happened"
"""The event of a ledger that holds the engine's own events of a time."""

_SAME = timedelta(seconds=2)
"""Within this time two tellings of one state of one update are the same."""

Row = tuple[datetime, str, bool]
"""When, on the ledger's clock; words; whether it needs a person."""


def happened(entries: Sequence[Entry]) -> Iterator[Row]:
    """Everything that swarm remembered, and where its memory ends."""
    clocks = Clocks(entries)
    yield from _found(entries, clocks)
    updates = list(_updates(entries))
    told: set[tuple[str, str, str]] = set()
    for entry in entries:
        if entry.event != HAPPENED:
            continue
        yield from _gaps(entry, clocks, told)
        for event in listed(entry.facts, "events"):
            at, subject, text = moment(said(event, "at")), said(event, "subject"), said(event, "text")
            key = (said(event, "at"), subject, text)
            if at is None or key in told or (said(event, "update") and _is_told(at, subject, updates)):
                continue
            told.add(key)
            yield clocks.ours(at), f"{subject}: {text}", event.get("bad") is True


def is_bad(text: str) -> bool:
    """Whether what swarm says of a task or an update needs a person."""
    return text.startswith(("failed", "rejected", "orphaned", "rollback", "update paused", "update rolled back"))


def _found(entries: Sequence[Entry], clocks: Clocks) -> Iterator[Row]:
    """What stood in the swarm's state when the facts were read."""
    told: set[tuple[str, str, str]] = set()
    for event in _of(entries, "gathered"):
        at, node = moment(said(event, "at")), said(event, "node")
        key = (said(event, "at"), said(event, "subject"), said(event, "text"))
        if at is None or key in told:
            continue
        told.add(key)
        subject = f"{key[1]} on {node}" if node else key[1]
        yield clocks.ours(at), f"{subject}: {key[2]}", is_bad(key[2])


def _updates(entries: Sequence[Entry]) -> Iterator[tuple[datetime, str]]:
    """The courses of updates that are told with more words elsewhere: by the state that was read, and by the run."""
    watched: Iterable[Mapping[str, Any]] = (entry.facts for entry in entries if entry.event == "event")
    for facts in (*_of(entries, "gathered"), *watched):
        at = moment(said(facts, "at"))
        if said(facts, "kind") == "update" and at is not None:
            yield at, f"service {said(facts, 'subject')}"


def _is_told(at: datetime, subject: str, updates: Iterable[tuple[datetime, str]]) -> bool:
    return any(subject == name and abs(at - when) <= _SAME for when, name in updates)


def _gaps(entry: Entry, clocks: Clocks, told: set[tuple[str, str, str]]) -> Iterator[Row]:
    """What is not known: events that were forgotten, left out, or not read; a door that stays shut is told once."""
    facts, read = entry.facts, moment(entry.at)
    since, known = moment(said(facts, "since")), moment(said(facts, "known_since"))
    unread = said(facts, "unread")
    if unread and read is not None and ("", "", unread) not in told:
        told.add(("", "", unread))
        yield read, f"not read: {unread}", True
    if since is not None and known is not None and known > since:
        yield clocks.ours(known), "(what swarm's own events told before this, it has forgotten)", False
    left_out = int(number(facts, "left_out"))
    events = [at for event in listed(facts, "events") if (at := moment(said(event, "at"))) is not None]
    if left_out and events:
        yield clocks.ours(min(events)), f"({left_out} events before this are left out)", False
    if facts.get("whole") is False and read is not None:
        yield read, "(not all of swarm's own events were read: later ones than these are missing)", False


def _of(entries: Sequence[Entry], name: str) -> Iterator[Mapping[str, Any]]:
    return (event for entry in entries if entry.event == name for event in listed(entry.facts, "events"))
