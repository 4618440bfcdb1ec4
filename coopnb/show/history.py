"""The history of an app, displayed: a sentence, drawings, and tables with the same numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from coopnb.model.history import History, NodeLoad, Restart
from coopnb.model.server import ServerIdentity
from coopnb.show.bars_chart import Part, Row, bars_spec
from coopnb.show.drawing import drawn
from coopnb.show.lanes import in_words, lanes, steps
from coopnb.show.page import Block, Cell, Figure, Fold, Line, Table, Tone
from coopnb.show.tasks_chart import LETTERS, replicas_spec, tasks_spec
from coopnb.show.text import counted, duration, of_wanted, surplus
from coopnb.show.words import WORD_COLOURS, place, short_name

TASKS_TITLE = "Tasks over time, by state"
REPLICAS_TITLE = "Replicas over time, wanted and running"
RESTARTS_TITLE = "Restarts, by service"
NODES_TITLE = "Tasks meant to run, by node"
ROWS_AT_MOST = 200
"""Rows of one table in an output; the DataFrame has all."""


def history_blocks(history: History, app: str, server: ServerIdentity | None = None) -> list[Block]:
    """Everything that is known: the sentence, what needs a person, four drawings, and their tables folded."""
    return [
        *head_blocks(history, app, server),
        *_tasks(history),
        *_replicas(history),
        *_restarts(history),
        *_nodes(history),
    ]


def live_blocks(history: History, app: str, server: ServerIdentity | None = None) -> list[Block]:
    """What a live view shows: the sentence, and the drawings that move."""
    if not history.spans and not history.replicas:
        return head_blocks(history, app, server)
    blocks: list[Block] = head_blocks(history, app, server)
    return [*blocks, *_figures(*_tasks(history)), *_figures(*_replicas(history))]


def head_blocks(history: History, app: str, server: ServerIdentity | None = None) -> list[Block]:
    """How it stands now, and what happened to get there."""
    where = f" on {place(server, len([node for node in history.nodes if node.node]) or None)}" if server else ""
    bad = bool(history.restarts) or any(item.running < item.wanted for item in history.last)
    blocks: list[Block] = [Line(f"{app}{where}: {running_sentence(history)}", aside=_length(history), head=True)]
    blocks += [
        Line(f"{line}.", sign="✗" if bad else "", tone="bad" if bad else "") for line in restart_sentences(history)
    ]
    return blocks


def sentence(history: History) -> str:
    """All in one sentence: ``2 of 2 tasks run; app.2 restarted 3 times in 40 s on node3``."""
    return "; ".join((running_sentence(history), *restart_sentences(history)))


def running_sentence(history: History) -> str:
    """How many tasks run, of how many wanted, and which services miss some."""
    last = history.last
    if not last:
        return "nothing of it runs here"
    wanted, running = sum(item.wanted for item in last), sum(min(item.running, item.wanted) for item in last)
    missing = [
        f"{short_name(item.service, history.stack)} runs "
        f"{of_wanted(item.running, item.wanted)}{surplus(item.running, item.wanted)}"
        for item in last
        if item.running != item.wanted
    ]
    named = f" ({', '.join(missing[:4])}{', ...' if len(missing) > 4 else ''})" if missing and len(last) > 1 else ""
    return f"{running} of {counted(wanted, 'task')} run{'s' if wanted == 1 else ''}{named}"


def restart_sentences(history: History) -> list[str]:
    """Who restarted how often, in what time and where; the most restarted first."""
    by_task = groupby(sorted(history.restarts, key=lambda item: (item.task, item.seconds)), key=lambda item: item.task)
    of_task = sorted(((task, list(items)) for task, items in by_task), key=lambda pair: (-len(pair[1]), pair[0]))
    said = [_restarted(history, task, items) for task, items in of_task[:5]]
    if len(of_task) > 5:
        said.append(f"{counted(len(of_task) - 5, 'other task')} restarted too")
    return said


def _restarted(history: History, task: str, items: Sequence[Restart]) -> str:
    least = "at least " if task in history.forgotten else ""
    times = "once" if len(items) == 1 and not least else f"{least}{counted(len(items), 'time')}"
    took = items[-1].seconds - items[0].seconds
    within = f" in {duration(took)}" if len(items) > 1 else ""
    nodes = sorted({item.node for item in items if item.node})
    on = f" on {' and '.join(nodes)}" if nodes else ""
    return f"{short_name(task, history.stack)} restarted {times}{within}{on}: {items[-1].reason}"


def _length(history: History) -> str:
    return duration(history.seconds) if history.seconds else ""


def _figures(*blocks: Block) -> Iterator[Block]:
    return (block for block in blocks if isinstance(block, Figure))


def _tasks(history: History) -> Iterator[Block]:
    rows = lanes(history)
    if not rows or not history.seconds:
        return
    spans = list(in_words(history.spans))
    words = [word for word, _ in spans]
    times = ", ".join(f"{word} {counted(words.count(word), 'time')}" for word in LETTERS if word in words)
    said = f"{TASKS_TITLE}, for {duration(history.seconds)}; {counted(len(rows), 'strip')}: {times}."
    yield Figure(drawn(tasks_spec(rows, history.seconds), TASKS_TITLE, said), said)
    shown = spans[-ROWS_AT_MOST:]
    table = Table(
        tuple(
            (
                Cell(short_name(span.task, history.stack), code=True),
                Cell(str(span.attempt)),
                Cell(span.node),
                Cell(word),
                Cell(_seconds(span.start)),
                Cell(_seconds(span.end)),
            )
            for word, span in shown
        ),
        head=("task", "attempt", "node", "state", "from second", "to second"),
        caption=TASKS_TITLE,
    )
    yield Fold(f"{TASKS_TITLE}, as a table of {counted(len(shown), 'row')}:", (table,))


def _replicas(history: History) -> Iterator[Block]:
    rows = steps(history)
    if not rows:
        return
    if history.looks > 1 and history.seconds:
        said = f"{REPLICAS_TITLE}: at the end {', '.join(f'{row.name} {row.said}' for row in rows)}."
        yield Figure(drawn(replicas_spec(rows, history.seconds), REPLICAS_TITLE, said), said)
    table = Table(
        tuple(
            (
                Cell(_seconds(item.seconds)),
                Cell(short_name(item.service, history.stack), code=True),
                Cell(str(item.wanted)),
                Cell(str(item.running)),
            )
            for item in history.replicas[-ROWS_AT_MOST:]
        ),
        head=("second", "service", "wanted", "running"),
        caption=REPLICAS_TITLE,
    )
    yield Fold(f"{REPLICAS_TITLE}, as a table of {counted(len(table.rows), 'row')}:", (table,))


def _restarts(history: History) -> Iterator[Block]:
    if not history.restarts:
        yield Line("No task restarted." if history.spans else "No task is known.")
        return
    services = [item.service for item in history.restarts]
    rows = []
    for service in sorted(set(services), key=lambda name: (-services.count(name), name)):
        least = any(task.startswith(f"{service}.") for task in history.forgotten)
        number = services.count(service)
        said = f"{'at least ' if least else ''}{counted(number, 'restart')}"
        part = Part(number, WORD_COLOURS["failed"], LETTERS["failed"])
        rows.append(Row(short_name(service, history.stack), (part,), said))
    caption = f"{RESTARTS_TITLE}: {', '.join(f'{row.name} {row.said}' for row in rows)}."
    yield Figure(drawn(bars_spec(rows), RESTARTS_TITLE, caption), caption)
    shown = history.restarts[-ROWS_AT_MOST:]
    table = Table(
        tuple(
            (
                Cell(_seconds(item.seconds)),
                Cell(short_name(item.task, history.stack), code=True),
                Cell(item.node),
                Cell(item.reason),
            )
            for item in shown
        ),
        head=("second", "task", "node", "reason"),
        caption=RESTARTS_TITLE,
    )
    yield Fold(f"{counted(len(shown), 'restart')}, as a table:", (table,))


def _nodes(history: History) -> Iterator[Block]:
    yield from nodes_blocks(history.nodes)


def nodes_blocks(nodes: Sequence[NodeLoad]) -> Iterator[Block]:
    """Tasks per node, drawn and as a table."""
    if not nodes:
        return
    rows = [
        Row(
            _node(node),
            (
                Part(node.running, WORD_COLOURS["running"], LETTERS["running"]),
                Part(node.others, WORD_COLOURS["waiting"], "-"),
            ),
            _load(node),
        )
        for node in nodes
    ]
    caption = f"{NODES_TITLE}: {'; '.join(f'{row.name}: {row.said}' for row in rows)}."
    yield Figure(drawn(bars_spec(rows), NODES_TITLE, caption), caption)
    yield Table(
        tuple(
            (
                Cell(node.node or "no node yet"),
                node_cell(node.status),
                Cell(str(node.running)),
                Cell(str(node.others)),
            )
            for node in nodes
        ),
        head=("node", "state", "running", "not running"),
        caption=NODES_TITLE,
    )


def node_cell(status: str) -> Cell:
    """How a node stands: a sign, and one word."""
    sign, tone = _NODE_SIGNS.get(status, _BAD_NODE)
    return Cell(status, sign=sign, tone=tone) if status else Cell("")


_BAD_NODE: tuple[str, Tone] = ("✗", "bad")
_NODE_SIGNS: Mapping[str, tuple[str, Tone]] = {
    "ready": ("●", "good"),
    "drained": ("○", "quiet"),
    "paused": ("○", "quiet"),
}


def _node(node: NodeLoad) -> str:
    if not node.node:
        return "no node yet"
    return node.node if node.status in ("ready", "") else f"{node.node} ({node.status})"


def _load(node: NodeLoad) -> str:
    if not node.others:
        return f"{node.running} running" if node.running else "none"
    return f"{node.running} running, {node.others} not"


def _seconds(seconds: float) -> str:
    return f"{seconds:.1f}"
