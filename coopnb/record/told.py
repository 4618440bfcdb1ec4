"""What a ledger tells: facts and the outcome, from its entries alone.

Entries are read as foreign JSON: a fact that is missing is empty, never an error.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from coopnb.model.ledger import Entry
from coopnb.model.run import Check
from coopnb.record.facts import facts_of, inner, last, listed, moment, number, said
from coopnb.record.incident import Incident, incident_of

Tone = Literal["good", "bad", "busy", "quiet"]
Result = Literal["done", "failed", "unknown", "not begun"]

_GOOD = ("converged", "nothing to do")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended.

    Attributes:
        word: one or a few words. after: how long it took, to stand behind the word; may be empty.
        sentence: what the word means here; may be empty. tone: ``bad`` where it needs a person.
    """

    word: str
    sentence: str
    tone: Tone
    after: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One write of the plan and what became of it.

    Attributes:
        n: from 1, as in the plan. error: the engine's words, of a failed one.
    """

    n: int
    verb: str
    kind: str
    name: str
    cause: str
    result: Result
    error: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """A run as its ledger tells it.

    Attributes:
        opened, planned, approved: the facts of the last such entry; empty if there is none.
        began, ended: the first and the last entry's time.
        evidence: the last outcome's, as written. incident: what it was about, if it was one.
    """

    run: int
    opened: Mapping[str, Any]
    chosen: Mapping[str, Any]
    planned: Mapping[str, Any]
    approved: Mapping[str, Any]
    approved_at: str
    began: datetime | None
    ended: datetime | None
    changes: tuple[Change, ...]
    checks: tuple[Check, ...]
    evidence: tuple[Mapping[str, Any], ...]
    outcome: Outcome
    cut_off: bool
    incident: Incident | None = None

    @property
    def server(self) -> Mapping[str, Any]:
        """Which swarm it was: as planned, or as the facts of an incident were read there."""
        return inner(self.planned, "server") or inner(self.incident.gathered if self.incident else {}, "server")


def tell(entries: Sequence[Entry]) -> Told:
    """Tell a run from its entries, of which there is at least one."""
    approved = last(entries, "approved")
    changes = _changes(entries)
    # What was seen before the last write says nothing about what came of it.
    since = _since_applying(entries) or entries
    outcome = last(since, "outcome")
    cut_off = _is_cut_off(entries)
    incident = incident_of(entries)
    checks = tuple(
        Check(said(check, "name"), _passed(check), said(check, "text"))
        for check in listed(facts_of(last(since, "checked")), "checks")
    )
    return Told(
        run=entries[0].run,
        opened=facts_of(last(entries, "opened")),
        chosen=facts_of(last(entries, "chosen")),
        planned=facts_of(last(entries, "planned")),
        approved=facts_of(approved),
        approved_at=approved.at if approved else "",
        began=moment(entries[0].at),
        ended=moment(entries[-1].at),
        changes=changes,
        checks=checks,
        evidence=tuple(listed(facts_of(outcome), "evidence")),
        outcome=_cut_off(changes) if cut_off else _ended(incident, _outcome(entries, changes, checks)),
        cut_off=cut_off,
        incident=incident,
    )


def duration(seconds: float) -> str:
    """Say a duration as people do.

    >>> duration(0.4), duration(31.4), duration(1045), duration(7260)
    ('under 1 s', '31 s', '17 min 25 s', '2 h 1 min')
    """
    whole = int(seconds + 0.5)
    if whole < 1:
        return "under 1 s"
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    if minutes and not rest:
        return f"{minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def counted(many: int, singular: str) -> str:
    """Put a number before its noun.

    >>> counted(1, "cell"), counted(2, "cell")
    ('1 cell', '2 cells')
    """
    return f"{many} {singular}" if many == 1 else f"{many} {singular}s"


def _since_applying(entries: Sequence[Entry]) -> Sequence[Entry]:
    """The entries of the last time a plan was applied; none if there was no such time."""
    starts = [at for at, entry in enumerate(entries) if entry.event == "applying"]
    if not starts:
        starts = [at for at, entry in enumerate(entries) if entry.event == "operation"][:1]
    return entries[starts[-1] :] if starts else ()


def _changes(entries: Sequence[Entry]) -> tuple[Change, ...]:
    begun: dict[int, Mapping[str, Any]] = {}
    results: dict[int, tuple[Result, str]] = {}
    for entry in _since_applying(entries):
        n = int(number(entry.facts, "n"))
        if entry.event == "operation":
            begun[n] = entry.facts
        elif entry.event == "operation_done":
            results[n] = ("done", "")
        elif entry.event == "operation_failed":
            results[n] = ("failed", said(entry.facts, "error"))
    planned = dict(enumerate(listed(facts_of(last(entries, "planned")), "operations"), start=1))
    changes = []
    for n in sorted({*planned, *begun}):
        facts = {**planned.get(n, {}), **begun.get(n, {})}
        result, error = results.get(n, ("unknown" if n in begun else "not begun", ""))
        changes.append(
            Change(
                n, said(facts, "verb"), said(facts, "kind"), said(facts, "name"), said(facts, "cause"), result, error
            )
        )
    return tuple(changes)


def _is_cut_off(entries: Sequence[Entry]) -> bool:
    """Whether writing began and no step tells how it went on: the kernel, or its machine, went away.

    That the run ended with a status (``ended``) does not count: its runner outlives a kernel.
    """
    acts = _since_applying(entries)
    return bool(acts) and not any(entry.event in ("outcome", "failed", "detached") for entry in acts)


def _cut_off(changes: Sequence[Change]) -> Outcome:
    return Outcome("cut off", f"The record ends here: what came after is not known. {_made(changes)}.", "bad")


def _made(changes: Sequence[Change]) -> str:
    done = sum(change.result == "done" for change in changes)
    unknown = sum(change.result == "unknown" for change in changes)
    text = f"{done} of {counted(len(changes), 'operation')} had been made"
    return text + (f"; the result of {counted(unknown, 'operation')} is not known" if unknown else "")


def _outcome(entries: Sequence[Entry], changes: Sequence[Change], checks: Sequence[Check]) -> Outcome:
    acts = _since_applying(entries)
    outcome = last(acts, "outcome") or (last(entries, "outcome") if not acts else None)
    failed = last(entries, "failed")
    reason = _reason(facts_of(failed))
    if outcome is not None:
        return _observed(outcome.facts, checks, reason)
    if last(acts, "detached") is not None and failed is None:
        return Outcome("not watched", f"{_made(changes)}; whether the tasks came up was not observed.", "busy")
    if acts:
        return Outcome("failed", f"{_made(changes)}. {reason}".strip(), "bad")
    planned = facts_of(last(entries, "planned"))
    if planned.get("nothing_to_do") is True and failed is None:
        return Outcome("nothing to do", "The swarm already was as the files ask.", "good")
    if failed is not None:
        return Outcome("stopped before any change", reason or "A step ended with an error.", "busy")
    return Outcome("no change was made", "The ledger holds no write.", "quiet")


def _reason(failed: Mapping[str, Any]) -> str:
    """Why a step ended early: the kind of error, and the first line of what it said."""
    kind, headline = said(failed, "error"), said(failed, "text").split("\n", 1)[0]
    return f"{kind}: {headline}" if headline not in ("", kind) else kind


def _ended(incident: Incident | None, outcome: Outcome) -> Outcome:
    """How an incident ended is what was seen at its end; of one that was not closed, how far it came."""
    if incident is None:
        return outcome
    if incident.ending == "resolved":
        return Outcome("resolved", f"The app was seen to stay up for {duration(incident.watched)}.", "good")
    if incident.ending == "unresolved":
        return Outcome("unresolved", "The app was not seen to stay up when this was closed.", "bad")
    far = f"{outcome.word} {outcome.after}".strip()
    return Outcome("not closed", f"The incident was left open: {far}. {outcome.sentence}".strip(), "bad")


def _observed(facts: Mapping[str, Any], checks: Sequence[Check], reason: str) -> Outcome:
    word = said(facts, "outcome") or "not known"
    after = f"after {duration(number(facts, 'seconds'))}"
    watched = number(facts, "watched")
    sentence = f"Every task was watched for {watched:g} s." if watched else ""
    if word == "nothing to do":
        after, sentence = "", "The swarm already was as the files ask."
    if word not in _GOOD:
        reasons = (_because(item) for item in listed(facts, "evidence"))
        sentence = next((text for text in reasons if text), reason)
        return Outcome(word, sentence, "busy" if word == "interrupted" else "bad", after)
    if any(check.ok is False for check in checks):
        return Outcome(f"{word}, but not all checks passed", sentence, "bad", after)
    return Outcome(word, sentence, "good", after)


def _passed(check: Mapping[str, Any]) -> bool | None:
    """Whether a check passed; ``None`` if it says that it could not be made. Anything unclear did not pass."""
    return None if "ok" in check and check["ok"] is None else check.get("ok") is True


def _because(item: Mapping[str, Any]) -> str:
    what = said(item, "what")
    return f"{said(item, 'task') or said(item, 'service')}: {what}" if what else ""
