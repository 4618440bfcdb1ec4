"""The timeline: what the operator did on the left, what the swarm did on the right, in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from coopnb.model.ledger import Entry
from coopnb.record.facts import inner, listed, moment, number, said
from coopnb.record.happened import HAPPENED, happened, is_bad
from coopnb.record.told import counted, duration
from coopnb.record.witness import EDITED, RAN


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a timeline.

    Attributes:
        day: UTC, only where it differs from the row before. time: UTC, to the second.
        operator, swarm: who acted; one of them is empty, except where the swarm answered an act.
        bad: whether it needs a person.
    """

    day: str
    time: str
    operator: str
    swarm: str
    bad: bool = False


_UNTOLD = frozenset({"operation_done", "operation_failed", "replicas", RAN, HAPPENED})
"""Told with another entry or by its own time, or nothing that anybody did to the swarm."""


def timeline(entries: Sequence[Entry]) -> tuple[Row, ...]:
    """Tell the entries as rows; an operation and its result are one row.

    What swarm remembered when it was asked stands where it belongs, by its time.
    """
    keyed = [(row[0] or _LONG_AGO, *row) for row in _remembered(entries)]
    # Entries stay in the ledger's order, whatever its machine's clock did meanwhile.
    latest = _LONG_AGO
    for row in _told(entries):
        latest = max(latest, row[0] or latest)
        keyed.append((latest, *row))
    rows: list[Row] = []
    day = ""
    for _, when, operator, swarm, bad in sorted(keyed, key=lambda row: row[0]):
        today = when.strftime("%Y-%m-%d") if when else ""
        clock = when.strftime("%H:%M:%S") if when else "unreadable"
        rows.append(Row(today if today != day else "", clock, operator, swarm, bad))
        day = today or day
    return tuple(rows)


_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_Told = tuple[datetime | None, str, str, bool]


def _remembered(entries: Sequence[Entry]) -> Iterator[_Told]:
    return ((when, "", words, bad) for when, words, bad in happened(entries))


def _told(entries: Sequence[Entry]) -> Iterator[_Told]:
    results = _results(entries)
    for at, entry in enumerate(entries):
        if entry.event in _UNTOLD:
            continue
        operator, swarm, bad = _say(entry)
        if entry.event == "operation":
            swarm, bad = results.get(at, ("no answer is recorded: its result is not known", True))
        yield moment(entry.at), operator, swarm, bad


def _results(entries: Sequence[Entry]) -> dict[int, tuple[str, bool]]:
    """Index of an ``operation`` -> what the engine answered, and whether it refused."""
    results: dict[int, tuple[str, bool]] = {}
    open_acts: dict[int, int] = {}
    for at, entry in enumerate(entries):
        n = int(number(entry.facts, "n"))
        if entry.event == "operation":
            open_acts[n] = at
        elif entry.event == "operation_done" and n in open_acts:
            results[open_acts.pop(n)] = ("accepted", False)
        elif entry.event == "operation_failed" and n in open_acts:
            results[open_acts.pop(n)] = (f"refused: {said(entry.facts, 'error')}", True)
    return results


def _say(entry: Entry) -> tuple[str, str, bool]:
    say = _SAYINGS.get(entry.event)
    if say is None:
        return (" ".join(part for part in (entry.step, entry.event) if part), "", False)
    return say(entry.facts)


def _opened(facts: Mapping[str, Any]) -> tuple[str, str, bool]:
    how = "headless" if facts.get("headless") is True else "in a notebook"
    return (f"{said(facts, 'who') or 'somebody'} begins {said(facts, 'runbook')}, {how}", "", False)


def _chosen(facts: Mapping[str, Any]) -> tuple[str, str, bool]:
    if "noticed" in facts:
        return (f"looks at {said(facts, 'domain')} on {said(facts, 'server')}", "", False)
    if isinstance(servers := facts.get("servers"), list):
        return (f"looks at {counted(len(servers), 'server')}", "", False)
    what = " ".join(part for part in (said(facts, "recipe"), said(facts, "version")) if part)
    return (f"chooses {what} for {said(facts, 'domain')} on {said(facts, 'server')}", "", False)


def _planned(facts: Mapping[str, Any]) -> tuple[str, str, bool]:
    if facts.get("nothing_to_do") is True:
        return ("plans: nothing to do", "", False)
    text = f"plans {counted(len(listed(facts, 'operations')), 'operation')}, digest {said(facts, 'digest')[:8]}"
    findings = facts.get("findings")
    if isinstance(findings, list) and findings:
        text += f"; {counted(len(findings), 'finding')}"
    return (text, "", False)


def _approved(facts: Mapping[str, Any]) -> tuple[str, str, bool]:
    reason = said(facts, "reason")
    text = f"{said(facts, 'by') or 'somebody'} approves {said(facts, 'digest')[:8]}"
    if accepted := said(facts, "accepted"):
        text += f", and accepts {accepted}"
    return (f"{text}: “{reason}”" if reason else text, "", False)


def _operation(facts: Mapping[str, Any]) -> tuple[str, str, bool]:
    text = (
        f"{said(facts, 'n')} of {said(facts, 'of')}: {said(facts, 'verb')} {said(facts, 'kind')} {said(facts, 'name')}"
    )
    return (text, "", False)


def _event(facts: Mapping[str, Any]) -> tuple[str, str, bool]:
    node = said(facts, "node")
    text = f"{said(facts, 'subject')}{f' on {node}' if node else ''}: {said(facts, 'text')}"
    return ("", f"+{number(facts, 'seconds'):.0f} s  {text}", is_bad(said(facts, "text")))


def _outcome(facts: Mapping[str, Any]) -> tuple[str, str, bool]:
    word = said(facts, "outcome")
    return ("", f"{word} after {duration(number(facts, 'seconds'))}", word not in ("converged", "nothing to do"))


def _checked(facts: Mapping[str, Any]) -> tuple[str, str, bool]:
    checks = listed(facts, "checks")
    made = [check for check in checks if check.get("ok", False) is not None]
    passed = sum(check.get("ok") is True for check in made)
    left = f", {len(checks) - len(made)} not made" if len(made) < len(checks) else ""
    return (f"checks: {passed} of {len(made)} as expected{left}", "", passed < len(made))


def _failed(facts: Mapping[str, Any]) -> tuple[str, str, bool]:
    error, text = said(facts, "error"), said(facts, "text").split("\n", 1)[0]
    return ("a step ended with an error: " + ": ".join(part for part in (error, text) if part), "", True)


def _ended(facts: Mapping[str, Any]) -> tuple[str, str, bool]:
    status = said(facts, "exit_status")
    return (f"the run ends with exit status {status}", "", status not in ("", "0"))


def _applying(facts: Mapping[str, Any]) -> tuple[str, str, bool]:
    before = said(facts, "previous_state")
    return ("applies the plan" + (f"; the state before is kept as {before}" if before else ""), "", False)


def _edited(facts: Mapping[str, Any]) -> tuple[str, str, bool]:
    kept = said(facts, "kept")
    return (
        f"the notebook's file was edited while it ran; what was edited is kept in {kept}, and did not run",
        "",
        True,
    )


def _settings(facts: Mapping[str, Any]) -> tuple[str, str, bool]:
    if sample := inner(facts, "sample"):
        whose = f"{said(sample, 'recipe')} {said(sample, 'version')}"
        return (f"makes {said(facts, 'file')} from the .env.sample of {whose}", "", False)
    what = ", ".join(f"{name}={value}" for name, value in inner(facts, "set").items())
    return (f"writes into {said(facts, 'file')}: {what}", "", False)


def _gathered(facts: Mapping[str, Any]) -> tuple[str, str, bool]:
    services = listed(facts, "services")
    missing = [one for one in services if number(one, "running") < number(one, "desired")]
    lack = f"{len(missing)} of {counted(len(services), 'service')} without all tasks"
    return ("gathers the facts", lack if missing else "every service has all its tasks", bool(missing))


def _narrowed(facts: Mapping[str, Any]) -> tuple[str, str, bool]:
    return (f"narrows them down: {'; '.join(said(lead, 'rule') for lead in listed(facts, 'leads'))}", "", False)


def _decided(facts: Mapping[str, Any]) -> tuple[str, str, bool]:
    reason = said(facts, "reason")
    return (f"{said(facts, 'by')} decides: {said(facts, 'remedy')}{f': “{reason}”' if reason else ''}", "", False)


def _closed(facts: Mapping[str, Any]) -> tuple[str, str, bool]:
    ending = said(facts, "ending")
    return (f"{said(facts, 'by')} closes the incident: {ending}", "", ending != "resolved")


_SAYINGS: Mapping[str, Callable[[Mapping[str, Any]], tuple[str, str, bool]]] = {
    "opened": _opened,
    "chosen": _chosen,
    "planned": _planned,
    "approved": _approved,
    "applying": _applying,
    "operation": _operation,
    "event": _event,
    "outcome": _outcome,
    "checked": _checked,
    "failed": _failed,
    "ended": _ended,
    "settings": _settings,
    "gathered": _gathered,
    "narrowed": _narrowed,
    "decided": _decided,
    "closed": _closed,
    EDITED: _edited,
}
