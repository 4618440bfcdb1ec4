"""The nodes' agents: each task that a node was given goes through its states here.

Delays are rounded from timelines of a real engine: about 0.5 s from assigned to running with the image at
hand, SIGTERM about 1 s after the wish to stop, 3 s with an overlay network (its peers are told first).
"""

from __future__ import annotations

import contextlib

from coopnb.practice.clock import MILLISECOND, SECOND, Clock
from coopnb.practice.containers import Container, Containers
from coopnb.practice.fibers import Fibers, Routine, Wait
from coopnb.practice.ids import Ids
from coopnb.practice.objects import Json, Task, TaskState
from coopnb.practice.store import Change, Store
from coopnb.practice.world import ImageSeed, World, familiar

_DISPATCH = 100 * MILLISECOND
_PREPARE = 100 * MILLISECOND
_START = 200 * MILLISECOND
_STOP_BEFORE_RUN = 150 * MILLISECOND
_SIGTERM = 1_100 * MILLISECOND
_SIGTERM_WITH_NETWORK = 3_200 * MILLISECOND
_GRACE = 10 * SECOND
_INTERVAL = 30 * SECOND
_RETRIES = 3
_UNHEALTHY = "task: non-zero exit (137): dockerexec: unhealthy container"


class _Stopped(Exception):
    """The task is no longer meant to run, or is gone."""


class Agents:
    """Runs the tasks of all nodes."""

    def __init__(
        self, store: Store, clock: Clock, ids: Ids, fibers: Fibers, containers: Containers, world: World
    ) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._fibers = fibers
        self._containers = containers
        self._world = world
        self._pulled: set[tuple[str, str]] = set()

    def changed(self, change: Change) -> None:
        """Take on tasks that were assigned, clean up after those that are gone."""
        new, old = change.new, change.old
        if isinstance(new, Task):
            before = old.state if isinstance(old, Task) else TaskState.NEW
            if new.state == TaskState.ASSIGNED and before < TaskState.ASSIGNED:
                self._fibers.start(self._live(new.id))
        elif isinstance(old, Task) and new is None:
            container = self._containers.get(old.container_id)
            if container is not None:
                self._containers.end(container, 137, ("9",))
                self._containers.destroy(container)

    def _live(self, task_id: str) -> Routine:
        try:
            yield from self._run(task_id)
        except _Stopped:
            with contextlib.suppress(_Stopped):
                yield from self._stop(task_id)

    def _run(self, task_id: str) -> Routine:
        yield from self._rest(task_id, _DISPATCH)
        self._enter(task_id, TaskState.ACCEPTED, "accepted")
        self._enter(task_id, TaskState.PREPARING, "preparing")
        task = self._task(task_id)
        image = self._world.image(task.spec["ContainerSpec"]["Image"])
        yield from self._rest(task_id, _PREPARE + self._pull(task, image))
        if image.missing:
            self._fail(task_id, TaskState.REJECTED, f"No such image: {_without_digest(task)}")
            return
        container = self._containers.create(self._ids.container_id(), self._task(task_id))
        self._enter(task_id, TaskState.READY, "prepared", container_id=container.id)
        yield from self._until_wanted(task_id)
        self._enter(task_id, TaskState.STARTING, "starting")
        yield from self._rest(task_id, _START)
        self._containers.start(container)
        self._containers.write(container, tuple(line.text for line in image.logs))
        yield from self._serve(task_id, container, image)

    def _serve(self, task_id: str, container: Container, image: ImageSeed) -> Routine:
        task = self._enter(task_id, TaskState.STARTING, "starting", pid=container.pid)
        check = _healthcheck(task.spec)
        if check is not None:
            container.health = "starting"
        if image.behaviour in ("crash", "crash-on-start"):
            yield from self._crash(task_id, container, image, healthchecked=check is not None)
            return
        if check is not None and image.behaviour == "never-healthy":
            yield from self._rest(task_id, _patience(check))
            container.health = "unhealthy"
            self._containers.tell(container, "health_status: unhealthy")
            self._containers.end(container, 137, ("9",))
            self._fail(task_id, TaskState.FAILED, _UNHEALTHY, exit_code=137)
            return
        if check is not None:
            yield from self._rest(task_id, image.healthy_after)
            container.health = "healthy"
            self._containers.tell(container, "health_status: healthy")
        self._enter(task_id, TaskState.RUNNING, "started")
        yield from self._until_stopped(task_id)

    def _crash(self, task_id: str, container: Container, image: ImageSeed, healthchecked: bool) -> Routine:
        if not healthchecked:
            self._enter(task_id, TaskState.RUNNING, "started")
        yield from self._rest(task_id, image.crash_after)
        self._containers.end(container, image.exit_code)
        if image.exit_code == 0:
            self._enter(task_id, TaskState.COMPLETE, "finished", exit_code=0, pid=0)
        else:
            self._fail(task_id, TaskState.FAILED, f"task: non-zero exit ({image.exit_code})", image.exit_code)

    def _stop(self, task_id: str) -> Routine:
        task = self._store.get(Task, task_id)
        if task is None:
            return
        container = self._containers.get(task.container_id)
        running = container is not None and container.state == "running"
        if container is None or not running:
            yield Wait(_STOP_BEFORE_RUN)
            self._enter(task_id, TaskState.SHUTDOWN, "shutdown", exit_code=0)
            return
        yield Wait(_SIGTERM_WITH_NETWORK if task.attachments else _SIGTERM)
        image = self._world.image(container.image)
        grace = int(task.spec["ContainerSpec"].get("StopGracePeriod", _GRACE))
        killed = image.stop_after > grace
        yield Wait(min(image.stop_after, grace))
        code = 137 if killed else image.stop_code
        self._containers.end(container, code, ("15", "9") if killed else ("15",))
        self._enter(task_id, TaskState.SHUTDOWN, "shutdown", exit_code=code, pid=0)

    def _pull(self, task: Task, image: ImageSeed) -> int:
        key = (task.node_id, familiar(task.spec["ContainerSpec"]["Image"]))
        if key in self._pulled or image.missing:
            return 0
        self._pulled.add(key)
        return image.pull

    def _rest(self, task_id: str, nanoseconds: int) -> Routine:
        stopped = yield Wait(nanoseconds, lambda: self._is_stopped(task_id), (task_id,))
        if stopped:
            raise _Stopped

    def _until_wanted(self, task_id: str) -> Routine:
        yield Wait(
            None, lambda: self._is_stopped(task_id) or self._task(task_id).desired == TaskState.RUNNING, (task_id,)
        )
        if self._is_stopped(task_id):
            raise _Stopped

    def _until_stopped(self, task_id: str) -> Routine:
        yield Wait(None, lambda: self._is_stopped(task_id), (task_id,))
        raise _Stopped

    def _is_stopped(self, task_id: str) -> bool:
        task = self._store.get(Task, task_id)
        return task is None or not task.wanted or task.state > TaskState.RUNNING

    def _task(self, task_id: str) -> Task:
        task = self._store.get(Task, task_id)
        if task is None:
            raise _Stopped
        return task

    def _enter(self, task_id: str, state: TaskState, message: str, **fields: object) -> Task:
        task = self._task(task_id)
        if state < task.state:
            return task
        return self._store.update(task, state=state, message=message, err="", timestamp=self._clock.now, **fields)

    def _fail(self, task_id: str, state: TaskState, err: str, exit_code: int | None = None) -> None:
        task = self._task(task_id)
        if task.state < state:
            self._store.update(task, state=state, err=err, timestamp=self._clock.now, exit_code=exit_code, pid=0)


def _healthcheck(spec: Json) -> Json | None:
    check = spec["ContainerSpec"].get("Healthcheck")
    return check if check and check.get("Test") and check["Test"][0] != "NONE" else None


def _patience(check: Json) -> int:
    """How long a container may fail its check before it is killed."""
    return int(check.get("StartPeriod") or 0) + int(check.get("Retries") or _RETRIES) * int(
        check.get("Interval") or _INTERVAL
    )


def _without_digest(task: Task) -> str:
    return str(task.spec["ContainerSpec"]["Image"]).partition("@")[0]
