"""How a lesson and a drill speak: what is there, what is missing, what comes next."""

from __future__ import annotations

from collections.abc import Sequence

from coopnb.model.lesson import Score, Seen
from coopnb.model.snapshot import NodeSeen, Snapshot, TaskSeen
from coopnb.show.output import Output
from coopnb.show.page import Block, Cell, Line, Table, output_of
from coopnb.show.snapshot import services_table, unheard_lines
from coopnb.show.text import counted, duration
from coopnb.show.words import current


def step_output(name: str, at: int, of: int, seen: Seen, then: str) -> Output:
    """Show what a check saw: ``ok`` or ``not yet``, in words, and what to do next."""
    rows = [("there", seen.there)]
    if seen.met:
        head = Line(f"Step {at} of {of}, {name}: ok", sign="✓", tone="good", head=True)
        rows.append(("next", then))
    else:
        head = Line(f"Step {at} of {of}, {name}: not yet", sign="…", tone="busy", head=True)
        rows.append(("missing", seen.missing))
        rows.append(("next", "Do what the step asks for, then run this cell again."))
    return output_of([head, Table(tuple((Cell(label), Cell(text)) for label, text in rows if text))], step=name)


def look_output(snapshots: Sequence[Snapshot], nodes: Sequence[NodeSeen], place: str) -> Output:
    """Show a whole small swarm: its nodes with what runs on each, then each app's services and tasks."""
    blocks: list[Block] = [Line(place, head=True)]
    tasks = [task for snapshot in snapshots for task in snapshot.tasks if current(task)]
    rows = tuple(
        (
            Cell(node.hostname, code=True),
            Cell(node.role),
            Cell(
                node.state,
                sign="●" if node.state == "ready" else "✗",
                tone="good" if node.state == "ready" else "bad",
            ),
            Cell(node.availability),
            Cell(_runs(node, tasks)),
        )
        for node in sorted(nodes, key=lambda node: node.hostname)
    )
    blocks.append(Table(rows, head=("node", "role", "state", "availability", "runs")))
    for snapshot in snapshots:
        blocks += [Line(f"Stack {snapshot.stack}", head=True), *unheard_lines(snapshot), services_table(snapshot)]
    if not snapshots:
        blocks.append(Line("No app runs here yet."))
    return output_of(blocks, step="look")


def _runs(node: NodeSeen, tasks: Sequence[TaskSeen]) -> str:
    """What runs on a node, as far as swarm can know it."""
    if node.state != "ready":
        return "nobody knows"
    return counted(sum(task.up and task.node == node.hostname for task in tasks), "task")


def hint_output(at: int, of: int, hint: str, *, cost: int) -> Output:
    """Show a hint, and the points it cost: none where it was shown before."""
    what = f"{cost} points" if cost else "the last there is; it costs nothing more"
    return output_of([Line(f"Hint {at} of {of} ({what}): {hint}")], step="hint")


def score_output(score: Score) -> Output:
    """Show how a drill went: the points, and the facts they are made of."""
    how = ", after it was given up: no points" if score.given_up else f": {score.points} of 100 points"
    head = Line(f"{score.app} is mended{how}", sign="✓", tone="good", head=True)
    asked = f"{round(score.unserved)} of {round(score.restored)}, reckoned: one a second, from the tasks' timestamps"
    written = f"{counted(score.changes, 'service')} written, by the ledgers of this drill"
    rows = (
        ("it was", score.fault),
        ("restored after", f"{duration(score.restored)} by the swarm's clock, from the call"),
        ("requests failed", f"{asked}; nothing asks a practice page"),
        ("changes made", f"{written}; the shortest way writes {score.needed}"),
        ("hints", str(score.hints)),
    )
    lost = "100, less 1 for each 10 s unserved (40 at most), 5 for each change too many, 10 for each hint"
    if score.given_up:
        lost = "none, for the answer was told. drill.reset() breaks something anew"
    table = Table(tuple((Cell(name), Cell(text)) for name, text in rows))
    return output_of([head, table, Line(f"Points: {lost}.")], step="score")


def given_up_output(app: str, fault: str, found: str) -> Output:
    """Tell a drill's answer to somebody who gives up, and how the runbooks lead to it."""
    rows = (
        ("it is", fault),
        ("to find it", found),
        ("to mend it", "deploy-app of this app: take, plan, gate, apply and watch; its plan puts it right"),
        ("next", "Mend it now that you know, and run the check; or drill.reset() breaks something anew."),
    )
    head = Line(f"{app} is given up: no points", sign="○", head=True)
    return output_of([head, Table(tuple((Cell(name), Cell(text)) for name, text in rows))], step="given up")
