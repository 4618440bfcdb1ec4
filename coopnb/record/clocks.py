"""Two clocks: that of the ledger's machine and the engine's, and where a time of the one is on the other."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime, timedelta

from coopnb.model.ledger import Entry
from coopnb.record.facts import moment, said

MOST_SHIFT = timedelta(seconds=2)
"""A difference between two clocks that is not worth a word."""


def shift_of(entries: Sequence[Entry], step: str = "") -> timedelta:
    """The ledger's clock minus the engine's, when the engine was read last in a step, or in any; 0 if it never was."""
    readings = [pair for entry in _readings(entries) if step in ("", entry.step) and (pair := _times(entry))]
    return readings[-1][1] - readings[-1][0] if readings else timedelta()


class Clocks:
    """Times of the engine on the ledger's clock.

    Clocks that go at one pace differ by what they differed when the engine was read last. On a practice swarm whose
    time moves when it is read they do not: there a time lies between the two entries that it lies between.
    """

    def __init__(self, entries: Sequence[Entry]) -> None:
        readings = _readings(entries)
        shifts = [pair[1] - pair[0] for entry in readings if (pair := _times(entry))]
        self._shift = shift_of(entries)
        self._even = not shifts or max(shifts) - min(shifts) <= MOST_SHIFT
        self._pairs: list[tuple[datetime, datetime]] = []
        told = {"event", *(entry.event for entry in readings)}
        for entry in entries:
            pair = _times(entry) if entry.event in told else None
            if pair and (not self._pairs or pair > self._pairs[-1]):
                self._pairs.append(pair)

    def ours(self, theirs: datetime) -> datetime:
        """A time of the engine, on the ledger's clock."""
        if self._even:
            return theirs + self._shift
        following = bisect_right([pair[0] for pair in self._pairs], theirs)
        if following in (0, len(self._pairs)):
            engine, ledger = self._pairs[max(0, following - 1)]
            return theirs + (ledger - engine)
        (began, our_began), (ended, our_end) = self._pairs[following - 1 : following + 1]
        return our_began + (our_end - our_began) * ((theirs - began) / (ended - began))


def _readings(entries: Sequence[Entry]) -> list[Entry]:
    """The entries written right after the engine told its time; reading all the facts takes longer than that."""
    told = [entry for entry in entries if entry.event == "happened" and _times(entry)]
    return told or [entry for entry in entries if entry.event == "gathered"]


def _times(entry: Entry) -> tuple[datetime, datetime] | None:
    """When something was, by the engine, and when that was written down."""
    theirs, ours = moment(said(entry.facts, "at")), moment(entry.at)
    return (theirs, ours) if theirs is not None and ours is not None else None
