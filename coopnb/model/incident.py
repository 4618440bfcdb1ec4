"""An app that is down: what was found, what it points to, and what was decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from coopnb.model.kept import KeptState
from coopnb.model.run import Evidence
from coopnb.model.snapshot import Snapshot

Remedy = Literal["restart", "roll back", "scale", "none"]
REMEDIES: tuple[Remedy, ...] = ("restart", "roll back", "scale", "none")


@dataclass(frozen=True, slots=True)
class Gathered:
    """All that was read, before anything was decided.

    Attributes:
        evidence: of every service with something odd: its last failure in the engine's words, its last log lines.
        states: what can be gone back to, newest first.
        unread: what could not be read, a sentence each.
        known_secrets: how many values were looked for in the log lines, and masked.
    """

    app: str
    snapshot: Snapshot
    evidence: tuple[Evidence, ...]
    states: tuple[KeptState, ...] = ()
    unread: tuple[str, ...] = ()
    known_secrets: int = 0


@dataclass(frozen=True, slots=True)
class Lead:
    """What one rule found.

    Attributes:
        rule: its name. service: whom it is about; empty if the whole app.
        text: a sentence. evidence: what it rests on, in the engine's words where there are some.
        remedy: what it suggests; ``none`` where nothing that swarm can do would help. why: why this one.
        since: when it began, by the engine's clock, if that can be told.
    """

    rule: str
    text: str
    evidence: str
    remedy: Remedy
    why: str
    service: str = ""
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to be done, and why, in the operator's words.

    Attributes:
        services: short names to restart; empty for all. state: to roll back to. replicas: service -> tasks.
    """

    remedy: Remedy
    reason: str
    by: str
    services: tuple[str, ...] = ()
    state: str = ""
    replicas: Mapping[str, int] = field(default_factory=dict)
