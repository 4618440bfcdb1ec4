"""Servers as rows: which can be used, which cannot and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence

from coopnb.model.server import ServerChecked, ServerRow
from coopnb.show.output import Output
from coopnb.show.page import Block, Cell, Line, Table, html_of, output_of
from coopnb.show.text import counted
from coopnb.show.words import FAILED, RUNNING, STOPPED, WAITING, Standing

NO_SERVERS = (
    "No servers yet.  Try one that needs nothing: coopnb practice up   (or the first cell of lessons/1)",
    "Add one of yours: coopnb server add ops@node1.example.org",
)


def servers_output(rows: Sequence[ServerRow], run: int | None = None, step: str = "") -> Output:
    """Show servers that were asked; those that need a person stand first."""
    return output_of(servers_blocks(rows), run=run, step=step)


def servers_blocks(rows: Sequence[ServerRow]) -> list[Block]:
    """The blocks of asked servers, for outputs that show more than them."""
    if not rows:
        return [Line(line, head=at == 0) for at, line in enumerate(NO_SERVERS)]
    order = sorted(rows, key=lambda row: 0 if row.error else 1)
    return [Line(_headline(rows), head=True), Table(tuple(line for row in order for line in _rows(row)))]


def checked_output(checked: ServerChecked) -> Output:
    """Show one server that was looked at closely."""
    row = checked.row
    head = f"{row.name}{' (a practice swarm)' if row.practice else ''}: " + (
        f"reachable, manager of a swarm of {counted(row.nodes, 'node')}"
        if row.swarm == "manager"
        else f"reachable, and {row.error}"
    )
    rights = "everything a deployment reads can be read; whoever can do that can do all: Docker knows one right"
    facts = [
        ("address", row.endpoint),
        ("engine", f"{row.engine}, API {checked.api}"),
        ("swarm", f"{row.swarm}, {counted(row.nodes, 'node')}" if row.nodes else row.swarm),
        *([] if row.swarm != "manager" or checked.refused else [("rights", rights)]),
        *(("refused", text) for text in checked.refused),
        ("round trip", f"{checked.round_trip * 1000:.1f} ms a request, {checked.connected:.2f} s to connect"),
        *(("next", text) for text in row.next.splitlines()),
    ]
    return output_of([Line(head, head=True), Table(tuple((Cell(name), Cell(text)) for name, text in facts))])


def picker_html(names: Sequence[str], rows: Sequence[ServerRow | None]) -> str:
    """Servers while they are being asked, each in its place: rows that jump cannot be read."""
    cells = tuple(
        line for name, row in zip(names, rows, strict=False) for line in (_rows(row) if row else [_unheard(name)])
    )
    return html_of([Table(cells, caption="Servers, as they answer")]) if cells else ""


def stands(row: ServerRow) -> Standing:
    """How a server stands, in a word."""
    if row.usable:
        return Standing("reachable", RUNNING.sign, RUNNING.tone)
    if row.reachable:
        return Standing("reachable", "◐", "busy")
    if row.practice and not row.error:
        return Standing("not started", STOPPED.sign, STOPPED.tone)
    return Standing("not reachable", FAILED.sign, FAILED.tone)


def _headline(rows: Sequence[ServerRow]) -> str:
    usable = sum(row.usable for row in rows)
    waiting = sum(stands(row).word == "not started" for row in rows)
    said = f"{usable} of {counted(len(rows), 'server')} can be used"
    return f"{said}; {waiting} not started" if waiting else said


def _unheard(name: str) -> tuple[Cell, ...]:
    return (Cell("asked", sign=WAITING.sign, tone=WAITING.tone), Cell(name, code=True), Cell("no answer yet"))


def _rows(row: ServerRow) -> list[tuple[Cell, ...]]:
    """What is known; below it what to do about what is wrong."""
    how = stands(row)
    facts = [
        "a practice swarm" if row.practice else "",
        f"engine {row.engine}" if row.engine else "",
        counted(row.nodes, "node") if row.nodes else "",
        row.swarm,
        f"over TLS at {row.endpoint.removeprefix('tcp://')}" if row.endpoint.startswith("tcp://") else "",
    ]
    first = (
        Cell(how.word, sign=how.sign, tone=how.tone),
        Cell(row.name, code=True),
        Cell(", ".join(fact for fact in facts if fact)),
        Cell(row.error or row.next),
    )
    steps = row.next.splitlines() if row.error else []
    return [
        first,
        *((Cell(""), Cell(""), Cell("next" if at == 0 else ""), Cell(step)) for at, step in enumerate(steps)),
    ]
