"""The nodes' agents: each task that a node was given goes through its states here.

Delays are rounded from timelines of a real engine: about 0.5 s from assigned to running with the image at
hand, SIGTERM about 1 s after the wish to stop, 3 s with an overlay network (its peers are told first).
"""

from __future__ import annotations

from typing import Any

from coopnb.practice.agents.ailments import Ailments
from coopnb.practice.agents.health import Monitor, effective_healthcheck
from coopnb.practice.agents.machines import Machine, Machines, Run
from coopnb.practice.agents.process import Processes
from coopnb.practice.agents.registry import Registry, no_space, pull
from coopnb.practice.agents.sessions import Sessions
from coopnb.practice.clock import MILLISECOND, Clock
from coopnb.practice.containers import Container, Containers
from coopnb.practice.engines import Volume
from coopnb.practice.events import EventLog
from coopnb.practice.fibers import Fibers, Routine, Wait
from coopnb.practice.ids import Ids
from coopnb.practice.mounts import volumes_of
from coopnb.practice.objects import Task, TaskState
from coopnb.practice.store import Change
from coopnb.practice.world import ImageSeed, familiar
from coopnb.practice.world.answers import has_command

_DISPATCH = 100 * MILLISECOND
_PREPARE = 100 * MILLISECOND
_STOP_BEFORE_RUN = 150 * MILLISECOND
_SIGTERM = 1_100 * MILLISECOND
_SIGTERM_WITH_NETWORK = 3_200 * MILLISECOND
_POWER_CUT = 255
_UNHEALTHY = ": dockerexec: unhealthy container"
_NOT_STARTED = (
    "failed to create task for container: failed to create shim task: OCI runtime create failed: "
    'runc create failed: unable to start container process: exec: "{}": {}: unknown'
)


class _Stopped(Exception):
    """The task is no longer meant to run, or is gone."""


class _Failed(Exception):
    """The task comes to an end; without a container its exit code is 0, as in life."""

    def __init__(self, state: TaskState, err: str, exit_code: int = 0) -> None:
        super().__init__(err)
        self.state = state
        self.err = err
        self.exit_code = exit_code


class Agents:
    """Runs the tasks of all nodes, each as its node knows it."""

    def __init__(
        self,
        clock: Clock,
        ids: Ids,
        fibers: Fibers,
        events: EventLog,
        containers: Containers,
        registry: Registry,
        machines: Machines,
        sessions: Sessions,
    ) -> None:
        self.ailments = Ailments()
        self.processes = Processes(clock, fibers, containers, self.ailments)
        self._clock = clock
        self._ids = ids
        self._fibers = fibers
        self._events = events
        self._containers = containers
        self._registry = registry
        self._machines = machines
        self._sessions = sessions

    def changed(self, change: Change) -> None:
        """Give tasks that were assigned to their nodes, and tell the nodes what is wanted of those they have."""
        task = change.object
        if not isinstance(task, Task):
            return
        before = change.old.state if isinstance(change.old, Task) else TaskState.NEW
        if change.new is not None and task.state == TaskState.ASSIGNED and before < TaskState.ASSIGNED:
            self._assign(task)
        elif change.new is None or (isinstance(change.old, Task) and change.old.desired != task.desired):
            self._sessions.order(task)

    def power_off(self, machine: Machine) -> None:
        """A machine stops at once, with all that runs on it."""
        machine.up = False
        for run in machine.runs.values():
            if run.fiber is not None:
                self._fibers.cancel(run.fiber)
                run.fiber = None
            if run.container is not None:
                self._containers.lose(run.container)
                self._fibers.changed(run.container.id)

    def power_on(self, machine: Machine) -> None:
        """A machine comes back: what ran there is found dead, what had not begun begins again."""
        machine.up = True
        self._events.forget(machine.node_id)
        for run in list(machine.runs.values()):
            container = run.container
            if run.state <= TaskState.RUNNING and container is not None:
                if container.started:
                    self._containers.find_dead(container)
                    self._end(run, TaskState.FAILED, f"task: non-zero exit ({_POWER_CUT})", _POWER_CUT)
                else:
                    self._containers.destroy(container)
                    run.container = None
            if run.known:
                self._begin(run)

    def registered(self, machine: Machine) -> None:
        """An agent has a session again: it hears of the tasks it was given meanwhile, and tells of those it has."""
        for run in list(machine.runs.values()):
            self._sessions.catch_up(run)
            if not run.known:
                run.known = True
                self._begin(run)

    def _assign(self, task: Task) -> None:
        machine = self._machines.get(task.node_id)
        if machine is not None:
            run = machine.runs[task.id] = Run(task, machine, task.desired, known=machine.in_touch)
            if run.known:
                self._begin(run)

    def _begin(self, run: Run) -> None:
        run.fiber = self._fibers.start(self._live(run))

    def _live(self, run: Run) -> Routine:
        """The whole life of a task on its node, until the manager has forgotten it."""
        try:
            if run.state <= TaskState.RUNNING:
                yield from self._run(run)
        except _Stopped:
            yield from self._stop(run)
        except _Failed as failed:
            self._end(run, failed.state, failed.err, failed.exit_code)
        yield Wait(None, lambda: run.gone, (run.key,))
        if run.container is not None:
            self.processes.end(run.container, 137, ("9",))
            self._containers.destroy(run.container)
        del run.machine.runs[run.task.id]

    def _run(self, run: Run) -> Routine:
        yield from self._rest(run, _DISPATCH + run.machine.latency)
        self._enter(run, TaskState.ACCEPTED, "accepted")
        self._enter(run, TaskState.PREPARING, "preparing")
        image = self._registry.world.image(_reference(run.task))
        yield from self._prepare(run, image)
        container = run.container = self._containers.create(self._ids.container_id(), run.task)
        self._keep_volumes(run.machine, container)
        container.healthcheck = effective_healthcheck(run.task.spec, image)
        self._enter(run, TaskState.READY, "prepared", container_id=container.id)
        yield Wait(None, lambda: run.stopped or run.desired == TaskState.RUNNING, (run.key,))
        self._check(run)
        self._enter(run, TaskState.STARTING, "starting")
        self._containers.join(container)
        yield from self._rest(run, image.starts_in)
        self._start(run, container, image)
        yield from self._serve(run, container, image)

    def _prepare(self, run: Run, image: ImageSeed) -> Routine:
        machine, reference = run.machine, _reference(run.task)
        pinned = "@" in reference and machine.engine.images.has(reference)
        duration, problem = (0, "") if pinned else pull(machine, self._registry, reference, image)
        yield from self._rest(run, _PREPARE + duration)
        if problem:
            raise _Failed(TaskState.REJECTED, f"No such image: {reference.partition('@')[0]}")
        if not pinned and self._registry.refusal(reference) is None:
            self._tell_pull(machine, reference)
        if not machine.engine.images.has(reference):
            machine.engine.images.add(reference, self._clock.now)
        for source in _bind_sources(run.task):
            if not machine.seed.has_path(source):
                text = f'invalid mount config for type "bind": bind source path does not exist: {source}'
                raise _Failed(TaskState.REJECTED, text)
        if machine.full:
            raise _Failed(TaskState.REJECTED, no_space(self._ids.container_id()))

    def _keep_volumes(self, machine: Machine, container: Container) -> None:
        """Make the volumes of a container that its engine has not yet; they stay when it is gone."""
        for mount in volumes_of(container):
            if mount.name not in machine.engine.volumes:
                volume = Volume(mount.name, self._clock.now, mount.labels, mount.options, mount.anonymous)
                machine.engine.volumes[mount.name] = volume
                self._events.emit_later(machine.node_id, "volume", "create", mount.name, _local_driver)

    def _start(self, run: Run, container: Container, image: ImageSeed) -> None:
        command = (run.task.spec["ContainerSpec"].get("Command") or [""])[0]
        if command and not has_command(image, command):
            why = (
                f"stat {command}: no such file or directory" if "/" in command else "executable file not found in $PATH"
            )
            error = _NOT_STARTED.format(command, why)
            self._containers.fail(container, error, 127)
            raise _Failed(TaskState.FAILED, f"starting container failed: {error}", 127)
        self.processes.start(run, container, image)
        self._enter(run, TaskState.STARTING, "starting", pid=container.pid)

    def _serve(self, run: Run, container: Container, image: ImageSeed) -> Routine:
        """From the start of the process to its end; with a healthcheck it has started when that passes."""
        news = (run.key, container.id)
        if container.healthcheck is None:
            self._enter(run, TaskState.RUNNING, "started")
        else:
            monitor = Monitor(container, image, self._containers, self._clock, lambda: self.ailments.is_sick(run.task))
            self._fibers.start(monitor.routine(lambda: self._fibers.changed(container.id)))
            yield Wait(None, lambda: run.stopped or container.health != "starting" or _ended(container), news)
            self._check(run)
            if container.health == "healthy" and not _ended(container):
                self._enter(run, TaskState.RUNNING, "started")
        yield Wait(None, lambda: run.stopped or container.health == "unhealthy" or _ended(container), news)
        self._check(run)
        unhealthy = not _ended(container)
        if unhealthy:
            yield from self.processes.stop(container, image)
            self._check(run)
        if container.exit_code:
            err = f"task: non-zero exit ({container.exit_code})" + (_UNHEALTHY if unhealthy else "")
            raise _Failed(TaskState.FAILED, err, container.exit_code)
        self._enter(run, TaskState.COMPLETE, "finished", exit_code=0, pid=0)

    def _stop(self, run: Run) -> Routine:
        container = run.container
        if container is None or _ended(container):
            yield Wait(_STOP_BEFORE_RUN)
        else:
            yield Wait(_SIGTERM_WITH_NETWORK if run.task.attachments else _SIGTERM)
            if not _ended(container):
                yield from self.processes.stop(container, self._registry.world.image(container.image))
        code = container.exit_code if container is not None else 0
        self._enter(run, TaskState.SHUTDOWN, "shutdown", exit_code=code, pid=0)

    def _rest(self, run: Run, nanoseconds: int) -> Routine:
        yield Wait(nanoseconds, lambda: run.stopped, (run.key,))
        self._check(run)

    def _check(self, run: Run) -> None:
        if run.stopped:
            raise _Stopped

    def _enter(self, run: Run, state: TaskState, message: str, **fields: Any) -> None:
        self._report(run, state, message=message, err="", **fields)

    def _end(self, run: Run, state: TaskState, err: str, exit_code: int) -> None:
        self._report(run, state, err=err, exit_code=exit_code, pid=0)

    def _report(self, run: Run, state: TaskState, **fields: Any) -> None:
        run.state = state
        run.unsent |= {"state": state, "timestamp": self._clock.now, **fields}
        self._sessions.report(run.machine, run.task.id)

    def _tell_pull(self, machine: Machine, reference: str) -> None:
        shown = _familiar_reference(reference)
        about = {"name": shown.partition("@")[0].rpartition(":")[0] or shown}
        self._events.emit_later(machine.node_id, "image", "pull", shown, lambda: about)


def _ended(container: Container) -> bool:
    return container.state != "running"


def _reference(task: Task) -> str:
    return str(task.spec["ContainerSpec"]["Image"])


def _familiar_reference(reference: str) -> str:
    _, at, digest = reference.partition("@")
    return familiar(reference) + at + digest


def _bind_sources(task: Task) -> list[str]:
    mounts = task.spec["ContainerSpec"].get("Mounts") or ()
    return [str(mount.get("Source", "")) for mount in mounts if mount.get("Type") == "bind"]


def _local_driver() -> dict[str, str]:
    return {"driver": "local"}
