"""The history of an app as a run recorded it: told from its ledger, without asking any server.

A run writes down what changed while it was watched. What stood before and did not change is in the replicas,
and is no span.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from coopnb.model.history import History, Replicas
from coopnb.model.ledger import Entry
from coopnb.observe.times import moment
from coopnb.observe.tracks import Track, attempts, restarts, seconds, spans


def recorded_history(entries: Sequence[Entry], stack: str) -> History | None:
    """Tell the history of the watches of a run; ``None`` if it watched nothing.

    Args:
        stack: the namespace that names are told without.
    """
    events = [entry.facts for entry in entries if entry.event == "event" and entry.facts.get("kind") == "task"]
    counts = [entry.facts for entry in entries if entry.event == "replicas"]
    ends = [float(entry.facts.get("seconds", 0)) for entry in entries if entry.event == "outcome"]
    timed = [entry.facts for entry in entries if entry.event == "event" and entry.facts.get("at")]
    if not timed:
        return None
    began = moment(str(timed[0]["at"])) - timedelta(seconds=float(timed[0].get("seconds", 0)))
    length = max([*ends, *(float(facts.get("seconds", 0)) for facts in (*timed, *counts))])
    end = began + timedelta(seconds=length)
    of_task = attempts(_tracks(events, end))
    return History(
        stack=stack,
        began=began,
        seconds=seconds(began, end),
        looks=len(events),
        replicas=_replicas(counts, length),
        spans=tuple(spans(of_task, began, end)),
        restarts=restarts(of_task, began),
    )


def _tracks(events: Sequence[Mapping[str, Any]], end: datetime) -> list[Track]:
    tracks: dict[str, Track] = {}
    for facts in events:
        name, at = str(facts.get("subject", "")), moment(str(facts.get("at", "")))
        state, _, error = str(facts.get("text", "")).partition(": ")
        service, _, slot = name.rpartition(".")
        # Ledgers of earlier versions have no task ids: there all attempts of a slot are told as one.
        key = str(facts.get("task") or name)
        track = tracks.setdefault(key, Track(name, service, int(slot) if slot.isdecimal() else 0, at))
        track.task, track.node = name, str(facts.get("node", "")) or track.node
        track.error = error or track.error
        # The run looked all the time: a state was seen until the next one began.
        if track.states:
            track.states[-1].seen = max(track.states[-1].at, at)
        track.see(state, at, at)
    for track in tracks.values():
        track.states[-1].seen = end
    return list(tracks.values())


def _replicas(counts: Sequence[Mapping[str, Any]], length: float) -> tuple[Replicas, ...]:
    told = [
        Replicas(float(facts["seconds"]), str(facts["service"]), int(facts["wanted"]), int(facts["running"]))
        for facts in counts
    ]
    latest = {item.service: item for item in told}
    told += [
        Replicas(length, item.service, item.wanted, item.running) for item in latest.values() if item.seconds < length
    ]
    return tuple(sorted(told, key=lambda item: (item.seconds, item.service)))
