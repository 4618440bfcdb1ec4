"""The fleet: what needs a person first, then each server, folded; and a drawing of where its tasks run."""

from __future__ import annotations

from collections.abc import Sequence

from coopnb.model.fleet import Concern, ServerHealth, ServiceHealth, SwarmHealth, Weight
from coopnb.show.history import node_cell, nodes_blocks
from coopnb.show.output import Output
from coopnb.show.page import Block, Cell, Fold, Line, Table, Tone, output_of
from coopnb.show.servers import stands
from coopnb.show.text import counted

_SIGNS: dict[Weight, tuple[str, Tone]] = {
    "not reachable": ("✗", "bad"),
    "not as wanted": ("✗", "bad"),
    "to know": ("·", "quiet"),
}
_UPDATE_WORDS = {"": "", "completed": "", "rollback_completed": "rolled back"}


def fleet_output(
    servers: Sequence[ServerHealth], concerns: Sequence[Concern], run: int | None = None, step: str = "look"
) -> Output:
    """Show what needs a person, then every server; a server on which all is well is one line that unfolds."""
    urgent = [concern for concern in concerns if concern.weight != "to know"]
    others = [concern for concern in concerns if concern.weight == "to know"]
    blocks: list[Block] = [Line(headline(servers, concerns), head=True)]
    if urgent:
        blocks += [Line("What needs a person:"), Table(tuple(row for item in urgent for row in _rows(item)))]
    if others:
        blocks += [Line("Worth knowing:"), Table(tuple(row for item in others for row in _rows(item)))]
    blocks += [_server(server) for server in servers]
    return output_of(blocks, run=run, step=step)


def fleet_charts_output(servers: Sequence[ServerHealth], run: int | None = None, step: str = "chart") -> Output:
    """Show where the tasks of each server run: a drawing and a table each."""
    blocks: list[Block] = []
    for server in servers:
        if server.swarm is not None:
            blocks += [Line(f"{_place(server)}: {_tasks(server.swarm)}", head=True), *nodes_blocks(server.swarm.nodes)]
    return output_of(blocks or [Line("No server could be looked at, so there is nothing to draw.")], run=run, step=step)


def headline(servers: Sequence[ServerHealth], concerns: Sequence[Concern]) -> str:
    """How many servers, and how many of them are not well: ``3 servers: 1 cannot be reached, 1 needs a person``."""
    away = {concern.server for concern in concerns if concern.weight == "not reachable"}
    bad = {concern.server for concern in concerns if concern.weight == "not as wanted"} - away
    well = len(servers) - len(away) - len(bad)
    parts = [f"{len(away)} cannot be reached"] if away else []
    parts += [f"{len(bad)} need{'s' if len(bad) == 1 else ''} a person"] if bad else []
    parts += [f"{well} as wanted"] if well or not parts else []
    return f"{counted(len(servers), 'server')}: {', '.join(parts)}"


def _rows(concern: Concern) -> list[tuple[Cell, ...]]:
    sign, tone = _SIGNS[concern.weight]
    first = (
        Cell(concern.weight, sign=sign, tone=tone),
        Cell(concern.server, code=True),
        Cell(concern.subject, code=True),
        Cell(concern.what),
    )
    steps = concern.next.splitlines()
    return [
        first,
        *((Cell(""), Cell(""), Cell("next" if at == 0 else ""), Cell(step)) for at, step in enumerate(steps)),
    ]


def _server(server: ServerHealth) -> Block:
    swarm = server.swarm
    if swarm is None:
        how = stands(server.row)
        return Line(f"{_place(server)}: {how.word}", sign=how.sign, tone=how.tone)
    summary = f"{_place(server)}: {_tasks(swarm)}; engine {server.row.engine}"
    nodes = Table(
        tuple(
            (Cell(node.node or "no node"), node_cell(node.status), Cell(_load(node.running, node.others)))
            for node in swarm.nodes
        ),
        head=("node", "state", "tasks"),
    )
    services = Table(
        tuple(
            (
                Cell(item.name, code=True),
                Cell(f"{item.running} of {item.wanted} run"),
                Cell(_restarts(item)),
                Cell(_UPDATE_WORDS.get(item.update, item.update.replace("_", " "))),
            )
            for item in _ordered(swarm)
        ),
        head=("service", "tasks", "last hour", "update"),
    )
    return Fold(f"{summary}:", (nodes, services))


def _ordered(swarm: SwarmHealth) -> list[ServiceHealth]:
    return sorted(swarm.services, key=lambda item: (item.running >= item.wanted, -item.restarts, item.name))


def _place(server: ServerHealth) -> str:
    row = server.row
    parts = ["a practice swarm"] if row.practice else []
    if row.nodes:
        parts.append(counted(row.nodes, "node"))
    return f"{row.name} ({', '.join(parts)})" if parts else row.name


def _tasks(swarm: SwarmHealth) -> str:
    wanted, running = sum(item.wanted for item in swarm.services), sum(item.running for item in swarm.services)
    if not swarm.services:
        return "no service runs there"
    return f"{running} of {counted(wanted, 'task')} run in {counted(len(swarm.services), 'service')}"


def _load(running: int, others: int) -> str:
    return f"{running} running, {others} not" if others else f"{running} running"


def _restarts(service: ServiceHealth) -> str:
    if not service.restarts:
        return "no restart"
    return f"{'at least ' if service.at_least else ''}{counted(service.restarts, 'restart')}"
