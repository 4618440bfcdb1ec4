"""The outputs of an incident: what was found, what it points to, what was decided, and how it ended."""

from __future__ import annotations

from collections.abc import Sequence

from coopnb.model.incident import Decision, Gathered, Lead
from coopnb.model.pin import Pin
from coopnb.model.run import Check, Evidence
from coopnb.model.server import ServerIdentity
from coopnb.model.snapshot import NodeSeen
from coopnb.show.notes import check_row, pin_sentence, verdict
from coopnb.show.output import Output
from coopnb.show.page import Block, Cell, Fold, Line, Log, Table, Tone, output_of
from coopnb.show.snapshot import services_table
from coopnb.show.text import counted, duration
from coopnb.show.words import place

UNKNOWN_SECRETS = "one that was made elsewhere stands as it is: read them before you pass them on"

REMEDY_WORDS = {
    "restart": "restart: new tasks for the same version",
    "roll back": "roll back: to a state that is kept in the swarm",
    "scale": "scale: another number of tasks",
    "none": "none: nothing is changed",
}
"""What each remedy would do, as it stands in the form."""


def reported_output(
    app: str, server: str, noticed: str, settings: bool, run: int | None = None, step: str = "take"
) -> Output:
    """Show which app is looked at, and what its users noticed."""
    files = "on this machine" if settings else "not on this machine; they are not needed"
    rows = (
        ("server", server),
        ("app", app),
        ("noticed", f"“{noticed}”" if noticed else "nobody said since when, or what"),
        ("settings", files),
    )
    table = Table(tuple((Cell(name), Cell(value)) for name, value in rows))
    return output_of([Line(f"Incident: {app} on {server}", head=True), table], run=run, step=step)


def gathered_output(found: Gathered, run: int | None = None, step: str = "gather") -> Output:
    """Show what was read: what is odd first, with its evidence, then how everything stands, then the rest."""
    seen = found.snapshot
    running = sum(service.running for service in seen.services)
    desired = sum(service.desired for service in seen.services)
    where = place(seen.server, len(seen.nodes) or None)
    how = f"{running} of {counted(desired, 'task')} running" if seen.services else "nothing of it is there"
    blocks: list[Block] = [Line(f"{found.app} on {where}: {how}", head=True)]
    odd_nodes = [node for node in seen.nodes if node.state != "ready" or node.availability != "active"]
    blocks += [_odd_node(node) for node in odd_nodes]
    for item in found.evidence:
        blocks += _evidence(item)
    resting = [service.name.removeprefix(f"{seen.stack}_") for service in seen.services if not service.desired]
    if resting:
        blocks.append(Line(f"No task is wanted of {', '.join(resting)}.", sign="?", tone="busy"))
    if not found.evidence and not odd_nodes and seen.services:
        wanted = "every task that is wanted runs" if resting else "every task runs"
        also = "Nothing else is odd" if resting else "Nothing is odd"
        blocks.append(Line(f"{also}: {wanted}, none failed lately, every node is ready."))
    if any(item.log for item in found.evidence):
        blocks.append(
            Line(
                f"In log lines, {counted(found.known_secrets, 'secret')} known here would be masked; {UNKNOWN_SECRETS}."
            )
        )
    blocks += [services_table(seen)] if seen.services else []
    blocks += [Line(text[:1].upper() + text[1:] + ".", sign="?", tone="busy") for text in found.unread]
    return output_of([*blocks, *_nodes(found), *_states(found)], run=run, step=step)


def narrowed_output(leads: Sequence[Lead], run: int | None = None, step: str = "narrow") -> Output:
    """Show what the rules say, each with its evidence and the remedy it suggests."""
    blocks: list[Block] = [Line(f"What it points to: {counted(len(leads), 'lead')}", head=True)]
    for number, lead in enumerate(leads, start=1):
        blocks += [
            Line(f"{number}. {lead.text}"),
            Table(
                (
                    (Cell("evidence"), Cell(lead.evidence)),
                    (Cell("suggests"), Cell(f"{lead.remedy}: {lead.why}")),
                    (Cell("rule"), Cell(lead.rule)),
                )
            ),
        ]
    blocks.append(Line("These are rules, not a diagnosis: what you know of the app counts for more."))
    return output_of(blocks, run=run, step=step)


def decided_output(decision: Decision, run: int | None = None, step: str = "decide") -> Output:
    """Show what was decided, and why."""
    what = {
        "restart": ", ".join(decision.services) or "all services",
        "roll back": decision.state,
        "scale": ", ".join(f"{name} to {number}" for name, number in sorted(decision.replicas.items())),
        "none": "",
    }[decision.remedy]
    rows = [("reason", f"“{decision.reason}”" if decision.reason else "none was given")]
    head = f"Decided: {decision.remedy}{f' ({what})' if what else ''}"
    last = "Nothing is changed yet: the plan comes next." if decision.remedy != "none" else "Nothing will be changed."
    table = Table(tuple((Cell(name), Cell(value)) for name, value in rows))
    return output_of([Line(head, head=True), table, Line(last)], run=run, step=step)


def nothing_output(text: str, run: int | None = None, step: str = "") -> Output:
    """Show that a step had nothing to do, and why."""
    return output_of([Line(text)], run=run, step=step)


def verified_output(
    checks: Sequence[Check],
    seconds: float,
    app: str,
    server: ServerIdentity,
    run: int | None = None,
    step: str = "verify",
) -> Output:
    """Show what was seen afterwards, and for how long."""
    order = sorted(checks, key=lambda check: {False: 0, None: 1, True: 2}[check.ok])
    blocks: list[Block] = [
        Line(f"{app} on {place(server)}: {verdict(checks)}", head=True),
        Table(tuple(check_row(check) for check in order)),
        Line(f"Watched for {duration(seconds)} by the engine's clock."),
    ]
    return output_of(blocks, run=run, step=step)


def closed_output(
    app: str,
    ending: str,
    cause: str,
    changed: str,
    checks: Sequence[Check],
    pin: Pin | None = None,
    run: int | None = None,
    step: str = "close",
) -> Output:
    """Show how the incident ended, and where the version was changed, which one the app's settings name now."""
    good = ending == "resolved"
    failed = [check for check in checks if check.ok is False]
    seen = "; ".join(f"{check.name}: {check.text}" for check in (failed or checks))
    rows = (
        ("cause", f"“{cause}” (the operator's words)" if cause else "nobody named one"),
        ("changed", changed),
        *((("settings", pin_sentence(pin)),) if pin else ()),
        ("verified", seen or "nothing was looked at"),
    )
    sign, tone = _MARKS[good]
    head = Line(f"Incident of {app} closed: {ending}", head=True, sign=sign, tone=tone)
    table = Table(tuple((Cell(name), Cell(value)) for name, value in rows))
    following = (
        "Keep it: File, Save and Export Notebook As, Record."
        if good
        else "It is not over. Run from the gather cell: it starts from what is there."
    )
    return output_of([head, table, Line(following)], run=run, step=step)


_MARKS: dict[bool, tuple[str, Tone]] = {True: ("●", "good"), False: ("✗", "bad")}
_WAITS: tuple[str, Tone] = ("…", "busy")


def _evidence(item: Evidence) -> list[Block]:
    on = f" on {item.node}" if item.node else ""
    times = f" ({counted(item.failures, 'task')} failed)" if item.failures > 1 else ""
    sign, tone = _MARKS[False] if item.failures else _WAITS
    line = Line(f"{item.task or item.service}{on}: {item.what}{times}", sign=sign, tone=tone)
    if not item.log:
        return [line]
    return [line, Line(f"The last {counted(len(item.log), 'line')} of its log:"), Log(item.log)]


def _odd_node(node: NodeSeen) -> Line:
    sign, tone = _MARKS[False] if node.state != "ready" else _WAITS
    return Line(f"node {node.hostname}: {node.state}, {node.availability}", sign=sign, tone=tone)


def _nodes(found: Gathered) -> list[Block]:
    nodes = found.snapshot.nodes
    rows = tuple(
        (Cell(node.hostname, code=True), Cell(node.role), Cell(f"{node.state}, {node.availability}")) for node in nodes
    )
    return [Fold(f"{counted(len(nodes), 'node')}:", (Table(rows),))] if rows else []


def _states(found: Gathered) -> list[Block]:
    if not found.states:
        return [Line("No state of this app is kept in the swarm: there is nothing to roll back to.")]
    rows = tuple(
        (
            Cell(state.name, code=True),
            Cell(state.version),
            Cell("is what is asked for now" if state.runs else state.trouble or "can be gone back to"),
        )
        for state in found.states
    )
    return [Fold(f"{counted(len(rows), 'kept state')}, the newest first:", (Table(rows),))]
