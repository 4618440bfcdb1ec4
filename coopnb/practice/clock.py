"""The simulated clock: a heap of events, and no sleeping anywhere.

``stepped`` and ``auto`` time moves only when somebody advances it; ``real`` time follows the machine's,
optionally faster. Times are integers: nanoseconds since 1970, UTC.

What happens depends on the events that have run, never on the portions in which time was moved. That is why
a history can be repeated from the number of events before each call.
"""

from __future__ import annotations

import functools
import heapq
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

MICROSECOND = 1_000
MILLISECOND = 1_000_000
SECOND = 1_000_000_000
MINUTE = 60 * SECOND

EPOCH = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp()) * SECOND
"""Where stepped and auto time begins, so that two runs see the same times."""

MODES = ("auto", "real", "stepped")


CATCHING_UP = 0.25
"""Seconds of the machine's time that a real clock may take to catch up before it jumps."""


class ClockError(RuntimeError):
    """Time cannot be moved as asked."""


@dataclass(slots=True)
class Timer:
    """One event to come; ``cancel`` keeps it from happening.

    One that is not ``counted`` only tells somebody who looks on, so that a swarm's history does not depend on it.
    """

    due: int
    act: Callable[[], None] | None
    counted: bool = True

    def cancel(self) -> None:
        """Forget the event."""
        self.act = None


@dataclass(slots=True)
class Clock:
    """Time that moves when told to.

    Attributes:
        after_event: called after each event; the swarm settles there.
        on_jump: told, in nanoseconds, when time jumps and takes the pending events with it.
        events: how many events have run.
    """

    mode: str = "stepped"
    now: int = EPOCH
    after_event: Callable[[], None] = lambda: None
    on_jump: Callable[[int], None] = lambda _nanoseconds: None
    events: int = 0
    _heap: list[tuple[int, int, Timer]] = field(default_factory=list)
    _count: int = 0

    def after(self, delay: int, act: Callable[[], None]) -> Timer:
        """Let ``act`` happen ``delay`` nanoseconds from now (at once in the next step when zero)."""
        timer = Timer(self.now + max(delay, 0), act)
        self._count += 1
        heapq.heappush(self._heap, (timer.due, self._count, timer))
        return timer

    def tell(self, delay: int, act: Callable[[], None]) -> Timer:
        """Let a client hear something ``delay`` nanoseconds from now; to the swarm that is no event."""
        timer = self.after(delay, act)
        timer.counted = False
        return timer

    def next_due(self) -> int | None:
        """The time of the next event, or None when nothing is scheduled."""
        while self._heap and self._heap[0][2].act is None:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def advance(self, nanoseconds: int) -> None:
        """Move time forward, running every event that falls due on the way, in order."""
        self.advance_to(self.now + nanoseconds)

    def advance_to(self, moment: int) -> None:
        """Move time to ``moment``; time never moves backwards."""
        while (due := self.next_due()) is not None and due <= moment:
            self._run_next()
        self.now = max(self.now, moment)

    def repeat(self, moment: int, events: int) -> None:
        """Bring a clock to where another one was that had the same history: so many events run, at this time.

        Raises:
            ClockError: this clock's events are others.
        """
        while self.events < events:
            due = self.next_due()
            if due is None or due > moment:
                raise ClockError(f"only {self.events} of {events} events have happened by {rfc3339(moment)}")
            self._run_next()
        if self.events > events or self.now > moment:
            raise ClockError(f"{self.events} events have happened by {rfc3339(self.now)}, not {events}")
        self.now = moment

    def jump(self, nanoseconds: int) -> None:
        """Let time pass in which nothing happens: everything that is pending is put off by as much."""
        if nanoseconds <= 0:
            return
        self.now += nanoseconds
        self._heap = [(due + nanoseconds, number, timer) for due, number, timer in self._heap]
        for _, _, timer in self._heap:
            timer.due += nanoseconds
        self.on_jump(nanoseconds)

    def _run_next(self) -> None:
        """Run the next event, which must be there (``next_due`` has said so)."""
        due, _, timer = heapq.heappop(self._heap)
        self.now = max(self.now, due)
        act, timer.act = timer.act, None
        assert act is not None
        self.events += timer.counted
        act()
        self.after_event()

    def step(self, limit: int = SECOND) -> None:
        """Move to the next scheduled event, but at most ``limit`` nanoseconds."""
        due = self.next_due()
        self.advance_to(self.now + limit if due is None else min(due, self.now + limit))

    def catch_up(self) -> None:
        """Bring time to what it should be now; only real time has anything to do here."""


def _machine_seconds() -> float:
    """Seconds that go on while the machine is suspended, where it counts them (Linux)."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


@dataclass(slots=True)
class RealClock(Clock):
    """The machine's time, ``speed`` times as fast; the server asks for it with ``catch_up``.

    Catching up takes a quarter of a second at most, so that hours of a crash loop after a night in which the
    machine was suspended do not block whoever asks. What has not happened by then is put off: the pending
    events jump together with the time (as they do when a closed swarm is opened again), as if the swarm had
    stood still. The same bounds a speed that the machine cannot keep up with.

    Attributes:
        monotonic: the machine's seconds, from any beginning.
        wall: the machine's time, in nanoseconds since 1970; asked when the clock begins or goes on.
        stopped: time stands still, until ``go_on``.
    """

    mode: str = "real"
    speed: float = 1.0
    monotonic: Callable[[], float] = _machine_seconds
    wall: Callable[[], int] = time.time_ns
    stopped: bool = False
    _start: float = 0.0
    _origin: int = 0

    def __post_init__(self) -> None:
        """Begin at the machine's UTC, unless it is stopped at a time of its own."""
        if not self.stopped:
            self.now = self.wall()
        self._origin, self._start = self.now, self.monotonic()

    def go_on(self) -> None:
        """Follow the machine's time again: jump to it, or wait for nothing when this clock is ahead of it."""
        self.stopped = False
        self.jump(self.wall() - self.now)
        self._origin, self._start = self.now, self.monotonic()

    def advance(self, nanoseconds: int) -> None:
        """Jump ahead of the machine's time, and stay that much ahead."""
        self.catch_up()
        self._origin += nanoseconds
        self.advance_to(self.now + nanoseconds)

    def catch_up(self) -> None:
        """Run what has fallen due since the last look."""
        if self.stopped:
            return
        begun = self.monotonic()
        moment = self._origin + int((begun - self._start) * self.speed * SECOND)
        while (due := self.next_due()) is not None and due <= moment:
            if self.monotonic() - begun > CATCHING_UP:
                self.jump(moment - self.now)
                return
            self._run_next()
        self.now = max(self.now, moment)

    def seconds_to_next(self) -> float | None:
        """Seconds of the machine's time until the next event, or None when nothing is scheduled."""
        due = self.next_due()
        if due is None or self.stopped:
            return None
        elapsed = (due - self._origin) / SECOND / self.speed
        return max(0.0, self._start + elapsed - self.monotonic())


def rfc3339(moment: int) -> str:
    """A time as Go prints RFC3339Nano: trailing zeros of the fraction dropped."""
    seconds, fraction = divmod(moment, SECOND)
    text = _to_the_second(seconds)
    digits = f"{fraction:09d}".rstrip("0")
    return f"{text}.{digits}Z" if digits else f"{text}Z"


@functools.lru_cache(maxsize=1024)
def _to_the_second(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def rfc1123(moment: int) -> str:
    """A time as the HTTP ``Date`` header has it (independent of the locale)."""
    then = datetime.fromtimestamp(moment // SECOND, UTC)
    day = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[then.weekday()]
    month = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")[then.month - 1]
    return f"{day}, {then.day:02d} {month} {then.year} {then:%H:%M:%S} GMT"
