"""What a ledger holds: a line before every act, and a line with its result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a ledger.

    Attributes:
        run: counts up within a workspace. seq: counts up within a run, from 1.
        at: UTC, RFC 3339 with milliseconds (``2026-11-23T02:13:40.123Z``).
        step: the runbook's step (``take``, ``plan``, ``gate``, ``apply``, ``watch``, ``check``), or empty.
        event: ``opened chosen planned approved applying operation done watching event ended failed checked``.
        facts: JSON; never a secret's value.
    """

    run: int
    seq: int
    at: str
    step: str
    event: str
    facts: Mapping[str, Any] = field(default_factory=dict)
