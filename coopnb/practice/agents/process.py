"""The process in a container: what it prints, how it ends by itself, how it takes a signal."""

from __future__ import annotations

from dataclasses import dataclass

from coopnb.practice.agents.ailments import Ailments, CrashLoop
from coopnb.practice.agents.machines import Run
from coopnb.practice.clock import SECOND, Clock
from coopnb.practice.containers import Container, Containers
from coopnb.practice.fibers import Fibers, Routine, Wait
from coopnb.practice.world import ImageSeed, LogSeed

_GRACE = 10 * SECOND
_KILLED = 137


@dataclass(frozen=True, slots=True)
class _End:
    after: int
    exit_code: int
    out_of_memory: bool = False


class Processes:
    """Runs the processes of all containers."""

    def __init__(self, clock: Clock, fibers: Fibers, containers: Containers, ailments: Ailments) -> None:
        self._clock = clock
        self._fibers = fibers
        self._containers = containers
        self._ailments = ailments

    def start(self, run: Run, container: Container, image: ImageSeed) -> None:
        """Start a container's process."""
        self._containers.start(container)
        for line in image.logs:
            self._print_later(run, container, line, line.at)
        end = _natural_end(run, image)
        if end is not None:
            self._clock.after(end.after, lambda: self._end(container, end))
        loop = self._ailments.crash_loop(run.task)
        if loop is not None:
            self.crash_later(container, loop)

    def end(self, container: Container, exit_code: int, killed_by: tuple[str, ...] = (), stopped: bool = False) -> None:
        """It ends, and who waits for that hears of it."""
        self._containers.end(container, exit_code, killed_by, stopped)
        self._fibers.changed(container.id)

    def run_out_of_memory(self, container: Container) -> None:
        """The kernel kills it."""
        if container.state == "running":
            container.oom_killed = True
            self._containers.tell(container, "oom")
            self.end(container, _KILLED)

    def crash_later(self, container: Container, loop: CrashLoop) -> None:
        """It crashes when its time is over, unless the loop has ended by then."""

        def crash() -> None:
            if self._ailments.crash_loop(container.task) is not None:
                self.end(container, loop.exit_code)

        self._clock.after(loop.after, crash)

    def stop(self, container: Container, image: ImageSeed) -> Routine:
        """SIGTERM, and SIGKILL when the grace is over; a process whose probes fail hears only the latter,
        unless the world says how it stops."""
        self._containers.signal(container, "15")
        grace = int(container.task.spec["ContainerSpec"].get("StopGracePeriod", _GRACE))
        deaf = self._is_ill(container, image) and not image.stops
        killed = deaf or image.stop_after > grace
        ended = yield Wait(grace if killed else image.stop_after, lambda: container.state != "running", (container.id,))
        if ended:  # by itself meanwhile; its engine has stopped it all the same
            self._containers.tell(container, "stop")
            return
        if killed:
            self._containers.signal(container, "9")
        self.end(container, _KILLED if killed else image.stop_code, stopped=True)

    def _is_ill(self, container: Container, image: ImageSeed) -> bool:
        return container.healthcheck is not None and (image.sick or self._ailments.is_sick(container.task))

    def _end(self, container: Container, end: _End) -> None:
        if end.out_of_memory:
            self.run_out_of_memory(container)
        else:
            self.end(container, end.exit_code)

    def _print_later(self, run: Run, container: Container, line: LogSeed, delay: int) -> None:
        if delay:
            self._clock.after(delay, lambda: self._print(run, container, line))
        else:
            self._print(run, container, line)

    def _print(self, run: Run, container: Container, line: LogSeed) -> None:
        """One line, and the next of its kind; on a full disk it is lost."""
        if container.state != "running":
            return
        if not run.machine.full:
            self._containers.write(container, (line.text,), 2 if line.stderr else 1)
        if line.every:
            self._print_later(run, container, line, line.every)


def _natural_end(run: Run, image: ImageSeed) -> _End | None:
    limit = ((run.task.spec.get("Resources") or {}).get("Limits") or {}).get("MemoryBytes", 0)
    if image.behaviour == "out-of-memory" or 0 < limit < image.memory:
        return _End(image.crash_after, _KILLED, out_of_memory=True)
    ends = {
        "crash": _End(image.crash_after, image.exit_code),
        "crash-on-start": _End(0, image.exit_code),
        "exit": _End(image.crash_after, 0),
    }
    return ends.get(image.behaviour)
