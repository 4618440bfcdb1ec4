"""Telling a person at a terminal what happens while a cell runs: the ledger knows, and is on the disk."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from coopnb.harmless import visible
from coopnb.model.ledger import Entry
from coopnb.record.ledger import Ledger

EVERY = 0.2
"""Seconds between two looks at the ledger."""


class Follower:
    """Says each new write and event of a ledger, once."""

    def __init__(self, ledger: Ledger, say: Callable[[str], None]) -> None:
        self._ledger = ledger
        self._say = say
        self._told = 0

    def catch_up(self) -> None:
        """Say what is new."""
        entries = self._ledger.entries()
        for entry in entries[self._told :]:
            if line := sentence(entry):
                # What a task said of itself is in the ledger as it came.
                self._say(visible(line))
        self._told = len(entries)

    async def follow(self) -> None:
        """Catch up again and again until cancelled."""
        while True:
            self.catch_up()
            await asyncio.sleep(EVERY)


def sentence(entry: Entry) -> str:
    """One line for an entry that a person watching wants to see; empty for the others."""
    facts: Any = entry.facts
    if entry.event == "operation":
        return f"  {facts['n']:>3}/{facts['of']} {facts['verb']} {facts['kind']} {facts['name']}"
    if entry.event == "operation_failed":
        return f"  {facts['n']:>3}     failed: {facts['error']}"
    if entry.event == "event":
        node = f" on {facts['node']}" if facts.get("node") else ""
        return f"  {facts['seconds']:>6.1f} s  {facts['subject']}{node}  {facts['text']}"
    return ""
