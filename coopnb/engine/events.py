"""What an engine still remembers of what happened, read within bounds: ``GET /events`` with an end in the past."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

REMEMBERED = 256
"""Events that an engine keeps, in memory, since its start (moby daemon/events/events.go, ``eventsLimit``)."""

MOST_EVENTS = 1_000
READ_LIMIT = 4 << 20
"""Bytes that are read of one answer: a container's event repeats all of its labels."""

READ_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class PastEvents:
    """Events as the engine tells them, the oldest first.

    Attributes:
        forgotten: whether the engine's memory was full with them, so that it may have forgotten earlier ones.
        whole: ``False`` if reading stopped at a bound, so that later ones are missing.
    """

    events: tuple[Mapping[str, Any], ...]
    forgotten: bool
    whole: bool


def read_events(
    pieces: Iterable[bytes], *, most: int = MOST_EVENTS, limit: int = READ_LIMIT, seconds: float = READ_SECONDS
) -> PastEvents:
    """Read an answer of events, one JSON object a line: ``most`` events, ``limit`` bytes and ``seconds`` of it at most.

    Raises:
        ValueError: a line is no JSON object; whoever answered is no engine.
    """
    deadline = time.monotonic() + seconds
    lines: list[bytes] = []
    rest, read, whole = b"", 0, True
    for piece in pieces:
        read += len(piece)
        *ended, rest = (rest + piece).split(b"\n")
        lines += [line for line in ended if line.strip()]
        if len(lines) > most or read > limit or time.monotonic() > deadline:
            rest, whole = b"", False
            break
    if rest.strip():
        lines.append(rest)
    return PastEvents(tuple(_event(line) for line in lines[:most]), len(lines) >= REMEMBERED, whole)


def _event(line: bytes) -> Mapping[str, Any]:
    event = json.loads(line)
    if not isinstance(event, dict):
        raise ValueError("an event is a JSON object")
    return event
