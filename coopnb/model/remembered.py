"""What an engine remembers of a time: its own events of an app's stack and of the nodes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class SwarmEvent:
    """Something that happened to an object of the swarm, whoever did it.

    Attributes:
        at: by the engine's clock.
        kind: ``service``, ``node``, ``secret``, ``config`` or ``network``.
        text: what happened, in a few words.
        update: the state that a service's update came to (``updating``, ``rollback_started``), if it is about that.
        bad: whether it needs a person.
    """

    at: datetime
    kind: str
    name: str
    text: str
    update: str = ""
    bad: bool = False


@dataclass(frozen=True, slots=True)
class Remembered:
    """The events of a time, the oldest first.

    Attributes:
        since, until: the time that was asked for, by the engine's clock.
        known_since: the first moment from which the engine still knew everything.
        left_out: how many events, the oldest, are not among these: they were too many.
        whole: ``False`` if not all was read that the engine told; the latest are missing then.
    """

    since: datetime
    until: datetime
    known_since: datetime
    events: tuple[SwarmEvent, ...]
    left_out: int = 0
    whole: bool = True
