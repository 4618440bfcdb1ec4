"""Lets a real clock's events happen when they fall due."""

from __future__ import annotations

from collections.abc import Callable

from tornado.ioloop import IOLoop

from coopnb.practice.clock import RealClock
from coopnb.practice.swarm import PracticeSwarm


class Alarm:
    """One timer of the loop, for the next of a real clock's events; ``rung`` is told after each."""

    def __init__(self, swarm: PracticeSwarm, rung: Callable[[], None]) -> None:
        self._swarm = swarm
        self._rung = rung
        self._handle: object | None = None

    def set(self) -> None:
        """Arm the timer anew; for a clock that is not real nothing happens."""
        clock = self._swarm.clock
        if not isinstance(clock, RealClock):
            return
        self.stop()
        seconds = clock.seconds_to_next()
        if seconds is not None:
            self._handle = IOLoop.current().call_later(seconds, self._ring)

    def stop(self) -> None:
        """Let the timer go."""
        if self._handle is not None:
            IOLoop.current().remove_timeout(self._handle)
            self._handle = None

    def _ring(self) -> None:
        self._handle = None
        try:
            self._swarm.clock.catch_up()
            self._swarm.settle()
        finally:
            self._rung()
