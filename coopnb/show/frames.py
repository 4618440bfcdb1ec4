"""The history of an app as DataFrames: documented columns, the same dtypes whether or not there are rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal

from coopnb.model.history import History
from coopnb.show.words import standing_of

if TYPE_CHECKING:
    import pandas

Which = Literal["replicas", "tasks", "restarts", "nodes"]

COLUMNS: Mapping[str, Mapping[str, str]] = {
    "replicas": {"seconds": "float64", "service": "str", "wanted": "int64", "running": "int64"},
    "tasks": {
        "task": "str",
        "service": "str",
        "slot": "int64",
        "attempt": "int64",
        "node": "str",
        "state": "str",
        "engine_state": "str",
        "start": "float64",
        "end": "float64",
    },
    "restarts": {"seconds": "float64", "service": "str", "task": "str", "node": "str", "reason": "str"},
    "nodes": {"node": "str", "status": "str", "running": "int64", "others": "int64"},
}
"""Frame -> its columns in order, and their dtypes.

``seconds``, ``start`` and ``end`` are seconds by the engine's clock from the history's beginning. ``state`` is
one of our words (``running``, ``starting``, ``waiting``, ``failed``, ``stopped``, ``unknown``, ``not seen``),
``engine_state`` is swarmkit's, ``unheard`` where the node is lost, empty where nobody saw it. The other columns are
the fields of :class:`coopnb.model.history.Replicas`, ``TaskSpan``, ``Restart`` and ``NodeLoad``.
"""


def frame(history: History, which: Which = "replicas") -> pandas.DataFrame:
    """One table of a history, one row an entry, in the order of the history.

    Args:
        which: ``replicas`` (one row a change and service), ``tasks`` (one row a state of a task), ``restarts``,
            ``nodes``.

    Raises:
        KeyError: there is no such table.
    """
    import pandas

    columns = COLUMNS[which]
    rows = list(_ROWS[which](history))
    values = {name: [row[at] for row in rows] for at, name in enumerate(columns)}
    return pandas.DataFrame({name: pandas.Series(values[name], dtype=kind) for name, kind in columns.items()})


def _replicas(history: History) -> Iterable[tuple[Any, ...]]:
    return ((item.seconds, item.service, item.wanted, item.running) for item in history.replicas)


def _tasks(history: History) -> Iterable[tuple[Any, ...]]:
    return (
        (
            span.task,
            span.service,
            span.slot,
            span.attempt,
            span.node,
            standing_of(span.state).word,
            span.state,
            span.start,
            span.end,
        )
        for span in history.spans
    )


def _restarts(history: History) -> Iterable[tuple[Any, ...]]:
    return ((item.seconds, item.service, item.task, item.node, item.reason) for item in history.restarts)


def _nodes(history: History) -> Iterable[tuple[Any, ...]]:
    return ((item.node, item.status, item.running, item.others) for item in history.nodes)


_ROWS: Mapping[str, Callable[[History], Iterable[tuple[Any, ...]]]] = {
    "replicas": _replicas,
    "tasks": _tasks,
    "restarts": _restarts,
    "nodes": _nodes,
}
