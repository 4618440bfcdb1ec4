"""The manager's own clock: while the manager is lost, what falls due there waits for its return."""

from __future__ import annotations

from collections.abc import Callable

from coopnb.practice.clock import Clock, Timer


class Gate(Clock):
    """A clock like the one it is made of, except that events pass only while it is open.

    The orchestrators, the scheduler and the allocator live by it; nodes and streams live by the clock itself.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._open = True
        self._held: list[_Held] = []

    @property
    def now(self) -> int:  # type: ignore[override]
        """The time; it goes on while the gate is shut."""
        return self._clock.now

    def after(self, delay: int, act: Callable[[], None]) -> Timer:
        """Let ``act`` happen ``delay`` nanoseconds from now, or when the gate opens, whichever is later."""
        held = _Held(self._clock.now + max(delay, 0), act)
        held.inner = self._clock.after(delay, lambda: self._pass(held))
        return held

    def shut(self) -> None:
        """Hold back what falls due from here on."""
        self._open = False

    def open(self) -> None:
        """Let what was held back happen, in its order, in the next step of the clock."""
        self._open = True
        held, self._held = self._held, []
        for item in held:
            item.inner = self._clock.after(0, lambda item=item: self._pass(item))  # type: ignore[misc]

    def _pass(self, held: _Held) -> None:
        if not self._open:
            self._held.append(held)
            return
        act, held.act = held.act, None
        if act is not None:
            act()


class _Held(Timer):
    inner: Timer | None = None

    def cancel(self) -> None:
        self.act = None
        if self.inner is not None:
            self.inner.cancel()
