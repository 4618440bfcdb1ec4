"""The first screen of a record: what, where, how it stands, and what is not known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from coopnb.model.run import Check
from coopnb.record.cells import CellFacts, NotebookFacts
from coopnb.record.facts import moment, said
from coopnb.record.incident import Incident
from coopnb.record.told import Outcome, Told, counted, duration


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the header: a label, a sentence, and whether it needs a person."""

    label: str
    text: str
    bad: bool = False


@dataclass(frozen=True, slots=True)
class Header:
    """The first screen.

    Attributes:
        place: which swarm, in words; says "practice" where it was one.
        when, who: empty without a ledger.
    """

    title: str
    place: str
    practice: bool
    outcome: Outcome
    when: str
    who: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Masked:
    """What was masked, and what was looked for.

    Attributes:
        values, places: of the marks in the record.
        found: names that were found only when the record was made, one for each place.
        searched: how many values were looked for. unchecked: what could not be, a sentence each.
    """

    values: int
    places: int
    found: tuple[str, ...]
    searched: int
    unchecked: tuple[str, ...]


def header(told: Told | None, notebook: NotebookFacts, masked: Masked) -> Header:
    """Write the first screen from what the ledger tells, if there is one, and what the notebook shows."""
    lines = [*(_ledger_lines(told) if told else ()), *_notebook_lines(told, notebook), *_masked_lines(masked)]
    if told is None:
        failed = sum(cell.failed for cell in notebook.cells)
        sentence = f"{counted(failed, 'cell')} ended with an error." if failed else "No ledger tells how this ended."
        outcome = Outcome("not known", sentence, "quiet")
        return Header(notebook.runbook or "A notebook", "", False, outcome, "", "", tuple(lines))
    server = told.server
    practice = server.get("practice") is True
    swarm = said(server, "swarm_id")
    runbook = said(told.opened, "runbook") or notebook.runbook
    app = said(told.planned, "app") or said(told.chosen, "domain")
    title = ": ".join(part for part in (runbook, app) if part) or "A run"
    return Header(
        title=f"Incident: {app or 'an app'} was down" if told.incident else title,
        place=" ".join(part for part in ("practice swarm" if practice else "swarm" if swarm else "", swarm) if part),
        practice=practice,
        outcome=told.outcome,
        when=_when(told),
        who=_who(told),
        lines=tuple(lines),
    )


def _when(told: Told) -> str:
    if told.began is None or told.ended is None:
        return "its times cannot be read"
    since = told.incident.since if told.incident else None
    began = min(since, told.began) if since else told.began
    same_day = began.date() == told.ended.date()
    end = told.ended.strftime("%H:%M:%S" if same_day else "%Y-%m-%d %H:%M:%S")
    lasted = duration((told.ended - began).total_seconds())
    before = (told.began - began).total_seconds()
    begun = f"; this runbook was begun after {duration(before)}" if before >= 1 else ""
    return f"{began:%Y-%m-%d %H:%M:%S} - {end} UTC ({lasted}){begun}"


def _who(told: Told) -> str:
    who, host = said(told.opened, "who"), said(told.opened, "host")
    how = "headless" if told.opened.get("headless") is True else ""
    if host and "@" not in who:
        who = f"{who or 'somebody'}@{host}"
    return ", ".join(part for part in (who, how) if part)


def _ledger_lines(told: Told) -> Iterable[Line]:
    if told.incident is not None:
        return incident_lines(told, told.incident)
    return _run_lines(told)


def _run_lines(told: Told) -> Iterable[Line]:
    yield from _server(told)
    if app := said(told.planned, "app") or said(told.chosen, "domain"):
        yield Line("App", f"{app}, {_versions(told)}")
    yield from _approval(told)
    yield _done(told)
    yield _verified(told)


def _server(told: Told) -> Iterable[Line]:
    server = told.server
    if server:
        engine = said(server, "engine")
        parts = (said(server, "endpoint"), f"swarm {said(server, 'swarm_id')}", f"engine {engine}" if engine else "")
        yield Line("Server", ", ".join(part for part in (said(server, "name"), *parts) if part))
    elif name := said(told.chosen, "server"):
        yield Line("Server", f"{name}; it was not reached far enough to tell its swarm")


def _versions(told: Told) -> str:
    recipe = said(told.planned, "recipe") or said(told.chosen, "recipe")
    before = said(told.planned, "version_before")
    after = said(told.planned, "version_after") or said(told.chosen, "version")
    if not told.planned:
        return f"{recipe} {after}, not planned"
    if before and told.planned.get("plain") is True:
        return f"{recipe} {after}"
    if before == after:
        return f"{recipe} {after}, the same version as before"
    return f"{recipe} {before} -> {after}" if before else f"{recipe} {after}, where there was none before"


def _approval(told: Told) -> Iterable[Line]:
    if not told.approved:
        yield Line("Approved", "no; nothing was approved")
        return
    reason = said(told.approved, "reason")
    yield Line("Why", f"“{reason}”" if reason else "no reason was given")
    at = moment(told.approved_at)
    digest = said(told.approved, "digest")
    stray = bool(told.planned) and digest != said(told.planned, "digest")
    text = f"by {said(told.approved, 'by') or 'somebody'}{f' at {at:%H:%M:%S} UTC' if at else ''}, plan {digest}"
    if accepted := said(told.approved, "accepted"):
        text += f"; accepted: {accepted}"
    yield Line("Approved", text + ("; this is not the plan that the ledger holds last" if stray else ""), stray)


def incident_lines(told: Told, incident: Incident) -> Iterable[Line]:
    """What happened, why, what was done, how that was verified, and how it ended."""
    yield from _server(told)
    noticed = said(incident.report, "noticed")
    yield Line("Noticed", f"“{noticed}”" if noticed else "nobody said since when, or what")
    yield Line("What", incident.what)
    cause = said(incident.closed, "cause")
    yield Line("Why", f"“{cause}” (the operator's words)" if cause else "nobody named a cause")
    yield _mended(told, incident)
    verified = _verified(told, named=True)
    watched = f"; watched for {duration(incident.watched)}" if told.checks and incident.watched else ""
    yield Line(verified.label, verified.text + watched, verified.bad)
    by = said(incident.closed, "by")
    yield Line("Ended", f"{incident.ending}{f', said by {by}' if by else ''}", incident.ending != "resolved")


def _mended(told: Told, incident: Incident) -> Line:
    """What was changed, by whose word, and why."""
    reason = said(incident.decided, "reason")
    why = f", “{reason}”" if reason else ""
    if not incident.remedy:
        return Line("Done", "nothing was decided, and nothing was changed")
    if said(incident.decided, "remedy") == "none":
        earlier = " in the end; see the changes below" if told.changes else ""
        return Line("Done", f"nothing was changed{earlier}{why}")
    at = moment(told.approved_at)
    approved = f"approved {at:%H:%M:%S} UTC by {said(told.approved, 'by')}" if at else "not approved"
    done = _done(told)
    return Line("Done", f"{incident.remedy} ({approved}{why}): {done.text}", done.bad)


def _done(told: Told) -> Line:
    if not told.changes:
        return Line("Done", "nothing was written")
    counts = {
        result: sum(change.result == result for change in told.changes)
        for result in ("done", "failed", "unknown", "not begun")
    }
    if counts["not begun"] == len(told.changes):
        return Line("Done", f"none of {counted(len(told.changes), 'planned operation')}")
    text = f"{counts['done']} of {counted(len(told.changes), 'operation')}"
    if counts["failed"]:
        text += f", {counts['failed']} refused"
    if counts["unknown"]:
        names = ", ".join(f"{one.verb} {one.kind} {one.name}" for one in told.changes if one.result == "unknown")
        text += f"; the result is not known of: {names}"
    if counts["not begun"]:
        text += f"; {counts['not begun']} not begun"
    return Line("Done", text, bool(counts["failed"] or counts["unknown"]))


def _verified(told: Told, *, named: bool = False) -> Line:
    """What was checked and how it stood; ``named`` puts each check's name (a service) before its words."""
    if not told.checks:
        return Line("Verified", "nothing was checked")
    passed, failed, not_made = (
        [check for check in told.checks if check.ok is result] for result in (True, False, None)
    )
    parts = [f"not looked at: {_saying(check, named)}" for check in not_made]
    if failed:
        text = "; ".join(_saying(check, named) for check in failed)
        parts.insert(0, f"{len(failed)} of {counted(len(told.checks), 'check')} did not pass: {text}")
    else:
        parts[:0] = [_saying(check, named) for check in passed]
    return Line("Verified", "; ".join(parts), bool(failed))


def _saying(check: Check, named: bool) -> str:
    return ": ".join(part for part in (check.name if named else "", check.text) if part) or check.name


def _notebook_lines(told: Told | None, notebook: NotebookFacts) -> Iterable[Line]:
    name = (said(told.opened, "runbook") if told else "") or notebook.runbook
    commit = said(told.opened, "model_commit") if told else ""
    version = said(told.opened, "coopnb") if told else ""
    edited = [cell for cell in notebook.code if cell.edited]
    added = [cell for cell in notebook.code if cell.added]
    notes = [cell for cell in notebook.cells if not cell.number and (cell.edited or cell.added)]
    parts = [name, f"model {commit}" if commit else "", f"coopnb {version}" if version else ""]
    if not notebook.model_known:
        parts.append("whether cells were edited by hand is not known" if notebook.code else "")
    else:
        parts.append(f"{_these(edited)} edited by hand" if edited else "no cell edited by hand")
        parts.append(f"{_these(added)} added by hand" if added else "")
        parts.append(f"{counted(notebook.removed, 'cell')} of the model removed" if notebook.removed else "")
        parts.append(f"{counted(len(notes), 'text')} written or edited by hand" if notes else "")
    yield Line("Runbook", ", ".join(part for part in parts if part))
    if not notebook.code:
        yield Line("Cells", "the notebook has none that could run")
        return
    not_run = [cell for cell in notebook.code if not cell.ran]
    failed = [cell for cell in notebook.code if cell.failed]
    lost = [cell for cell in notebook.code if cell.lost]
    after = [cell for cell in notebook.code if cell.edited_after]
    text = f"{len(notebook.code) - len(not_run)} of {counted(len(notebook.code), 'cell')} ran"
    text += f"; not run: {_these(not_run)}" if not_run else ""
    text += f"; ended with an error: {_these(failed)}" if failed else ""
    text += f"; ran, and the result is not in the notebook: {_these(lost)}" if lost else ""
    text += f"; edited after it ran: {_these(after)}" if after else ""
    yield Line("Cells", text, bool(failed or after))


def _these(cells: Sequence[CellFacts]) -> str:
    numbers = ", ".join(f"{cell.number} ({cell.step})" if cell.step else str(cell.number) for cell in cells)
    return f"{counted(len(cells), 'cell')} ({numbers})" if len(cells) > 1 else f"cell {numbers}"


def _masked_lines(masked: Masked) -> Iterable[Line]:
    text = f"{counted(masked.values, 'value')}, {counted(masked.places, 'place')}" if masked.places else "nothing"
    if masked.searched:
        text += f"; looked for {counted(masked.searched, 'known value')} once more"
        if not masked.found:
            text += " and found none"
    text += "; nothing was left unchecked" if not masked.unchecked else ""
    yield Line("Masked", text)
    if masked.found:
        names = ", ".join(sorted(set(masked.found)))
        yield Line(
            "Found",
            f"at export, and masked here only: {names}, {counted(len(masked.found), 'place')}."
            " The notebook or the ledger still holds it: replace that secret, then clean the file.",
            True,
        )
    if masked.unchecked:
        yield Line("Unchecked", "; ".join(masked.unchecked))
