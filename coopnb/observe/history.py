"""The history of an app, told from looks at it: one, or as many as somebody watched for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from coopnb.model.history import UNHEARD, History, NodeLoad, Replicas
from coopnb.model.snapshot import NodeSeen, ServiceSeen, Snapshot, TaskSeen
from coopnb.observe.tracks import Track, attempts, forgotten, restarts, seconds, spans

_MEANT = ("running", "ready", "accepted")


def history_of(snapshots: Sequence[Snapshot], within: timedelta | None = None) -> History:
    """Tell the history of an app from snapshots of it, the oldest first; one is enough.

    Args:
        within: how far to look back from the last snapshot; None for as far as the swarm's memory reaches.

    Raises:
        ValueError: there is no snapshot.
    """
    if not snapshots:
        raise ValueError("a history needs at least one snapshot")
    telling = Telling(snapshots[0].stack)
    for snapshot in snapshots:
        telling.look(snapshot.services, snapshot.tasks, snapshot.nodes, snapshot.at)
    return telling.history(within)


class Telling:
    """A history that grows with every look."""

    def __init__(self, stack: str) -> None:
        self.stack = stack
        self._tracks: dict[str, Track] = {}
        self._looks: list[datetime] = []
        self._replicas: list[tuple[datetime, str, int, int]] = []
        self._latest: dict[str, tuple[int, int]] = {}
        self._nodes: tuple[NodeSeen, ...] = ()
        self._there: tuple[TaskSeen, ...] = ()

    @property
    def looked(self) -> timedelta:
        """How long it has been watched, by the engine's clock."""
        return self._looks[-1] - self._looks[0] if self._looks else timedelta()

    def look(
        self,
        services: Sequence[ServiceSeen],
        tasks: Sequence[TaskSeen],
        nodes: Sequence[NodeSeen],
        at: datetime,
    ) -> None:
        """Take in one look. Engines tell the time of an answer in whole seconds, and of a task to the microsecond."""
        now = max(at, *(task.at for task in tasks), *self._looks[-1:]) if tasks or self._looks else at
        self._looks.append(now)
        self._nodes, self._there = tuple(nodes), tuple(tasks)
        for task in tasks:
            self._see(task, now)
        standing = {service.name: (service.desired, service.running) for service in services}
        for name in sorted({*standing, *self._latest}):
            wanted, running = standing.get(name, (0, 0))
            if self._latest.get(name) != (wanted, running):
                self._latest[name] = (wanted, running)
                self._replicas.append((now, name, wanted, running))

    def history(self, within: timedelta | None = None) -> History:
        """What is known by now; ``within`` is how far to look back from the last look."""
        end = self._looks[-1]
        of_task = attempts(self._tracks.values())
        oldest = min([self._looks[0], *(track.made for track in self._tracks.values())])
        began = oldest if within is None else max(oldest, end - within)
        return History(
            stack=self.stack,
            began=began,
            seconds=seconds(began, end),
            looks=len(self._looks),
            replicas=tuple(self._changes(began, end)),
            spans=tuple(spans(of_task, began, end)),
            restarts=restarts(of_task, began),
            nodes=loads(self._nodes, self._there),
            forgotten=forgotten(of_task, began),
        )

    def _see(self, task: TaskSeen, now: datetime) -> None:
        track = self._tracks.get(task.id)
        if track is None:
            track = self._tracks[task.id] = Track(task.name, task.service, task.slot, task.created_at)
        # A global service's task is named by its node, which it does not have at first.
        track.task, track.node = task.name, task.node or track.node
        track.error = task.error or track.error
        track.see(task.state, task.at, task.lost_at or now)
        if task.lost_at:
            track.see(UNHEARD, task.lost_at, now)

    def _changes(self, began: datetime, end: datetime) -> Iterable[Replicas]:
        before = {name: (wanted, running) for at, name, wanted, running in self._replicas if at < began}
        kept = [(began, name, *counts) for name, counts in before.items()]
        kept += [change for change in self._replicas if change[0] >= began]
        if len(self._looks) > 1:
            ends = {name for at, name, *_ in kept if at == end}
            kept += [(end, name, *counts) for name, counts in self._latest.items() if name not in ends]
        return (Replicas(seconds(began, at), name, wanted, running) for at, name, wanted, running in sorted(kept))


def loads(nodes: Sequence[NodeSeen], tasks: Sequence[TaskSeen]) -> tuple[NodeLoad, ...]:
    """How many tasks are meant to run on each node, and do; tasks without a node last."""
    meant = [task for task in tasks if task.desired_state in _MEANT]
    found = [
        _load(node.hostname or node.id, node_status(node), [t for t in meant if t.node_id == node.id]) for node in nodes
    ]
    known = {node.id for node in nodes}
    homeless = [task for task in meant if task.node_id not in known]
    return (*found, _load("", "", homeless)) if homeless else tuple(found)


def node_status(node: NodeSeen) -> str:
    """How a node stands, in one word: what it lacks counts before what it was told."""
    if node.state != "ready":
        return node.state
    return {"drain": "drained", "pause": "paused"}.get(node.availability, "ready")


def _load(node: str, status: str, tasks: Sequence[TaskSeen]) -> NodeLoad:
    running = sum(1 for task in tasks if task.state == "running" and not task.lost_at)
    return NodeLoad(node, status, running, len(tasks) - running)
