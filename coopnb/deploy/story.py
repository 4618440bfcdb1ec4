"""What happens to a stack, look by look: the events between two looks, and a sample of its tasks at each."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from coopnb.model.history import Replicas
from coopnb.model.run import Event, Sample
from coopnb.model.snapshot import ServiceSeen, TaskSeen, UpdateStatus

JUST_BEFORE = timedelta(seconds=1)
"""Engines tell the time of an answer in whole seconds, so what belongs to a run may seem this much older."""


class Story:
    """The story of one run, told by the engine's clock.

    Args:
        written: the names of the services that the run wrote.

    Attributes:
        began: when the first of them was written; ``None`` before the first look.
    """

    def __init__(self, written: Collection[str]) -> None:
        self._written = written
        self._tasks: dict[str, str] = {}
        self._updates: dict[str, str] = {}
        self._counts: dict[str, tuple[int, int]] = {}
        self.began: datetime | None = None
        self.events: list[Event] = []
        self.samples: list[Sample] = []

    def look(self, services: tuple[ServiceSeen, ...], tasks: tuple[TaskSeen, ...], now: datetime) -> tuple[Event, ...]:
        """Take in one look; the events that are new since the last one, in the order they happened."""
        if self.began is None:
            # The services tell their time to the microsecond, the answer only to the second.
            self.began = min((item.updated_at for item in services if item.name in self._written), default=now)
        fresh = [*self._task_events(tasks), *self._update_events(services, now)]
        fresh.sort(key=lambda event: (event.at, event.subject))
        self.events += fresh
        shown = tuple(task for task in tasks if task.desired_state in ("running", "ready") or self._recent(task))
        self.samples.append(Sample(self.seconds(max((now, *(task.at for task in tasks)))), shown))
        return tuple(fresh)

    def counts(self, services: tuple[ServiceSeen, ...], now: datetime) -> tuple[Replicas, ...]:
        """The services whose tasks, wanted or running, are other than at the last look; after :meth:`look`."""
        news = []
        for service in services:
            count = (service.desired, service.running)
            if self._counts.get(service.name) != count:
                self._counts[service.name] = count
                news.append(Replicas(self.seconds(now), service.name, *count))
        return tuple(news)

    @property
    def start(self) -> datetime:
        """When it began; only after the first look."""
        assert self.began is not None
        return self.began

    def seconds(self, at: datetime) -> float:
        """Seconds since it began, to the millisecond; never negative."""
        return max(0.0, round((at - self.start).total_seconds(), 3))

    def _task_events(self, tasks: tuple[TaskSeen, ...]) -> Iterator[Event]:
        first_look = not self.samples
        for task in tasks:
            before = self._tasks.get(task.id)
            self._tasks[task.id] = task.state
            # What stood before the run began is where the story starts, not a part of it.
            if before == task.state or (first_look and not self._recent(task)):
                continue
            text = task.state if not task.error else f"{task.state}: {task.error}"
            yield Event(task.at, self.seconds(task.at), "task", task.name, text, task.node, task.id)

    def _update_events(self, services: tuple[ServiceSeen, ...], now: datetime) -> Iterator[Event]:
        for service in services:
            before = self._updates.get(service.name, "")
            self._updates[service.name] = service.update.state if service.update else ""
            if service.update and service.update.state != before and service.name in self._written:
                at = _when(service.update, now)
                text = service.update.message or service.update.state
                yield Event(at, self.seconds(at), "update", service.name, text)

    def _recent(self, task: TaskSeen) -> bool:
        return max(task.created_at, task.at) >= self.start - JUST_BEFORE


def _when(update: UpdateStatus, now: datetime) -> datetime:
    """When a service's update reached its state; a rollback keeps the start of the update it undoes."""
    if update.state.endswith("completed"):
        return update.completed_at or now
    return (update.started_at or now) if update.state == "updating" else now
