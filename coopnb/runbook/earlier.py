"""The plan of an earlier run that an approval was given for, and what has changed since."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coopnb.errors import ApprovalError, LedgerError, NotApproved, StalePlan
from coopnb.model.plan import Plan
from coopnb.plan.facts import planned_facts
from coopnb.record.lines import LEDGER_NAME, read_ledger

_DIGEST = re.compile(r"[0-9a-f]{8}")
_LOOKED_AT = 500
"""Runs that are looked through, newest first: whoever approves has read the plan not long ago."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """A plan that an earlier run made, against the one that is made now.

    Attributes:
        run: of the earlier plan.
        in_swarm: what changed of the objects both rest on, a few words each.
        in_plan: what one plan does and the other does not, likewise.
    """

    run: int
    in_swarm: tuple[str, ...]
    in_plan: tuple[str, ...]


def not_this_plan(plan: Plan, approve: str, runs: Path) -> ApprovalError:
    """The error for a digest that is not this plan's: of an older plan, mistyped, or no digest at all.

    Args:
        runs: the folder of all runs; the earlier ones tell what the digest was for.
    """
    earlier = find_earlier(runs, plan, approve)
    where = f"server {plan.server.name}, {plan.app}"
    hint = f"Read the plan above. If you want it: approve={plan.short_digest}"
    if earlier is None:
        return NotApproved(
            f"approve={approve} is not the digest of this plan; nothing was written", where=where, hint=hint
        )
    changes = "\n".join((*earlier.in_swarm, *earlier.in_plan))
    if earlier.in_swarm:
        return StalePlan(
            f"the swarm changed after plan {approve} was made in run {earlier.run}; its approval is void, "
            "nothing was written",
            what=changes,
            where=where,
            hint=hint,
        )
    return NotApproved(
        f"approve={approve} is for the plan of run {earlier.run}, and the app's files or settings ask for something "
        "else by now; nothing was written",
        what=changes or "the same objects, with other content",
        where=where,
        hint=hint,
    )


def find_earlier(runs: Path, plan: Plan, digest: str) -> Earlier | None:
    """Find the plan of this app with a short digest in the ledgers of a workspace, and compare it with another."""
    if not _DIGEST.fullmatch(digest):
        return None
    for run, facts in _planned(runs, plan.app):
        if str(facts.get("digest", "")).startswith(digest):
            today = planned_facts(plan)
            return Earlier(run, tuple(_in_swarm(facts, today)), tuple(_in_plan(facts, today)))
    return None


def _planned(runs: Path, app: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    ledgers = sorted(runs.glob(f"*/{LEDGER_NAME}"), key=lambda path: path.stat().st_mtime, reverse=True)
    for ledger in ledgers[:_LOOKED_AT]:
        try:
            found = read_ledger(ledger.parent)
        except LedgerError:
            continue
        for entry in reversed(found.entries if found else ()):
            if entry.event == "planned" and entry.facts.get("app") == app:
                yield entry.run, entry.facts


def _in_swarm(then: Mapping[str, Any], today: Mapping[str, Any]) -> Iterator[str]:
    before, after = _rests_on(then), _rests_on(today)
    for name in sorted(before.keys() | after.keys()):
        if name not in after:
            yield f"{name} is gone"
        elif name not in before:
            yield f"{name} is there by now"
        elif before[name] != after[name]:
            yield f"{name} was changed"


def _in_plan(then: Mapping[str, Any], today: Mapping[str, Any]) -> Iterator[str]:
    before, after = _operations(then), _operations(today)
    yield from (f"no longer: {operation}" for operation in sorted(before - after))
    yield from (f"also: {operation}" for operation in sorted(after - before))


def _rests_on(facts: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    return {f"{item['kind']} {item['name']}": (item["id"], item["index"]) for item in facts.get("rests_on", ())}


def _operations(facts: Mapping[str, Any]) -> set[str]:
    return {f"{item['verb']} {item['kind']} {item['name']}" for item in facts.get("operations", ())}
