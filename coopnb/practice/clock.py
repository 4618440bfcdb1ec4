"""The simulated clock: a heap of events, and no sleeping anywhere.

``stepped`` and ``auto`` time moves only when somebody advances it; ``real`` time follows the machine's,
optionally faster. Times are integers: nanoseconds since 1970, UTC.
"""

from __future__ import annotations

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


@dataclass(slots=True)
class Timer:
    """One event to come; ``cancel`` keeps it from happening."""

    due: int
    act: Callable[[], None] | None

    def cancel(self) -> None:
        """Forget the event."""
        self.act = None


@dataclass(slots=True)
class Clock:
    """Time that moves when told to; ``after_event`` runs after each event (the swarm settles there)."""

    mode: str = "stepped"
    now: int = EPOCH
    after_event: Callable[[], None] = lambda: None
    _heap: list[tuple[int, int, Timer]] = field(default_factory=list)
    _count: int = 0

    def after(self, delay: int, act: Callable[[], None]) -> Timer:
        """Let ``act`` happen ``delay`` nanoseconds from now (at once in the next step when zero)."""
        timer = Timer(self.now + max(delay, 0), act)
        self._count += 1
        heapq.heappush(self._heap, (timer.due, self._count, timer))
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
            _, _, timer = heapq.heappop(self._heap)
            self.now = max(self.now, due)
            act, timer.act = timer.act, None
            if act is not None:
                act()
                self.after_event()
        self.now = max(self.now, moment)

    def step(self, limit: int = SECOND) -> None:
        """Move to the next scheduled event, but at most ``limit`` nanoseconds."""
        due = self.next_due()
        self.advance_to(self.now + limit if due is None else min(due, self.now + limit))

    def catch_up(self) -> None:
        """Bring time to what it should be now; only real time has anything to do here."""


@dataclass(slots=True)
class RealClock(Clock):
    """The machine's time, ``speed`` times as fast; the server asks for it with ``catch_up``."""

    mode: str = "real"
    speed: float = 1.0
    monotonic: Callable[[], float] = time.monotonic
    _start: float = 0.0
    _origin: int = 0

    def __post_init__(self) -> None:
        """Begin at the machine's UTC."""
        self.now = self._origin = time.time_ns()
        self._start = self.monotonic()

    def advance(self, nanoseconds: int) -> None:
        """Jump ahead of the machine's time, and stay that much ahead."""
        self._origin += nanoseconds
        self.catch_up()

    def catch_up(self) -> None:
        """Run what has fallen due since the last look."""
        self.advance_to(self._origin + int((self.monotonic() - self._start) * self.speed * SECOND))

    def seconds_to_next(self) -> float | None:
        """Seconds of the machine's time until the next event, or None when nothing is scheduled."""
        due = self.next_due()
        if due is None:
            return None
        elapsed = (due - self._origin) / SECOND / self.speed
        return max(0.0, self._start + elapsed - self.monotonic())


def rfc3339(moment: int) -> str:
    """A time as Go prints RFC3339Nano: trailing zeros of the fraction dropped."""
    seconds, fraction = divmod(moment, SECOND)
    text = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    digits = f"{fraction:09d}".rstrip("0")
    return f"{text}.{digits}Z" if digits else f"{text}Z"


def rfc1123(moment: int) -> str:
    """A time as the HTTP ``Date`` header has it (independent of the locale)."""
    then = datetime.fromtimestamp(moment // SECOND, UTC)
    day = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[then.weekday()]
    month = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")[then.month - 1]
    return f"{day}, {then.day:02d} {month} {then.year} {then:%H:%M:%S} GMT"
