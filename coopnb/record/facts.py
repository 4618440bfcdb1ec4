"""Reading a ledger's facts as what they are, foreign JSON: what is missing is empty, never an error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from coopnb.model.ledger import Entry


def said(facts: Mapping[str, Any], name: str) -> str:
    """Give a fact as text; empty if it is missing or no scalar."""
    value = facts.get(name)
    return str(value) if isinstance(value, str | int | float) else ""


def inner(facts: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Give a fact that is a mapping; empty if it is not."""
    value = facts.get(name)
    return value if isinstance(value, Mapping) else {}


def listed(facts: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """Give a fact that is a list of mappings; what is none is left out."""
    value = facts.get(name)
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def number(facts: Mapping[str, Any], name: str) -> float:
    """Give a fact that is a number; 0 if it is not."""
    value = facts.get(name)
    return float(value) if isinstance(value, int | float) else 0.0


def facts_of(entry: Entry | None) -> Mapping[str, Any]:
    """Give an entry's facts; empty without an entry."""
    return entry.facts if entry else {}


def moment(text: str) -> datetime | None:
    """Read a ledger's time; ``None`` if it is none."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None


def last(entries: Sequence[Entry], event: str) -> Entry | None:
    """Give the last entry of an event; ``None`` if there is none."""
    return next((entry for entry in reversed(entries) if entry.event == event), None)
