"""Small routines that wait on the simulated clock or for a change of an object, and then go on.

A fiber is a generator that yields a ``Wait``; it is resumed with True when the condition came true, with
False when its time ran out.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field

from coopnb.practice.clock import Clock, Timer


@dataclass(frozen=True, slots=True)
class Wait:
    """Wait ``timeout`` nanoseconds (None: for ever) or until ``until`` holds, asked when one of ``about`` changes."""

    timeout: int | None = None
    until: Callable[[], bool] | None = None
    about: tuple[str, ...] = ()


Routine = Generator[Wait, bool, None]


@dataclass(slots=True, eq=False)
class Fiber:
    """A running routine; ``done`` is told once, when it ends by itself."""

    routine: Routine
    done: Callable[[], None] | None = None
    ended: bool = False
    wait: Wait = field(default_factory=Wait)
    timer: Timer | None = None


class Fibers:
    """Starts fibers, wakes them, and lets them be cancelled."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._waiting: dict[str, dict[Fiber, None]] = {}

    def start(self, routine: Routine, done: Callable[[], None] | None = None) -> Fiber:
        """Run a routine up to its first wait."""
        fiber = Fiber(routine, done)
        self._resume(fiber, None)
        return fiber

    def cancel(self, fiber: Fiber) -> None:
        """End a fiber where it waits; ``done`` is not told. A fiber cannot cancel itself."""
        if not fiber.ended:
            fiber.ended = True
            self._forget(fiber)
            fiber.routine.close()

    def changed(self, object_id: str) -> None:
        """An object changed: ask those who wait for it."""
        for fiber in list(self._waiting.get(object_id, ())):
            if not fiber.ended and fiber.wait.until is not None and fiber.wait.until():
                self._resume(fiber, True)

    def _resume(self, fiber: Fiber, answer: bool | None) -> None:
        self._forget(fiber)
        while not fiber.ended:
            try:
                wait = next(fiber.routine) if answer is None else fiber.routine.send(answer)
            except StopIteration:
                fiber.ended = True
                if fiber.done is not None:
                    fiber.done()
                return
            if wait.until is not None and wait.until():
                answer = True
                continue
            fiber.wait = wait
            for object_id in wait.about:
                self._waiting.setdefault(object_id, {})[fiber] = None
            if wait.timeout is not None:
                fiber.timer = self._clock.after(wait.timeout, lambda: self._resume(fiber, False))
            return

    def _forget(self, fiber: Fiber) -> None:
        if fiber.timer is not None:
            fiber.timer.cancel()
            fiber.timer = None
        for object_id in fiber.wait.about:
            waiting = self._waiting.get(object_id)
            if waiting is not None:
                waiting.pop(fiber, None)
                if not waiting:
                    del self._waiting[object_id]
        fiber.wait = Wait()


def sleep(nanoseconds: int) -> Wait:
    """Wait for time alone."""
    return Wait(timeout=nanoseconds)
