"""The clock: events in order, steps that never jump too far, times as Docker writes them."""

from __future__ import annotations

from coopnb.practice.clock import EPOCH, SECOND, Clock, RealClock, rfc1123, rfc3339


def test_events_happen_in_the_order_they_fall_due() -> None:
    """Events must happen by time, and at the same time in the order they were asked for."""
    clock, happened = Clock(), list[str]()
    clock.after(2, lambda: happened.append("late"))
    clock.after(1, lambda: happened.append("early"))
    clock.after(1, lambda: happened.append("early, asked later"))
    clock.advance(5)
    assert happened == ["early", "early, asked later", "late"]
    assert clock.now == EPOCH + 5


def test_an_event_sees_the_time_it_was_due() -> None:
    """An event must run with the clock at its own time, not at the end of the advance."""
    clock, seen = Clock(), list[int]()
    clock.after(3, lambda: seen.append(clock.now))
    clock.advance(10)
    assert seen == [EPOCH + 3]


def test_a_cancelled_event_does_not_happen() -> None:
    """A timer that was cancelled must neither run nor count as the next event."""
    clock, happened = Clock(), list[str]()
    clock.after(1, lambda: happened.append("no")).cancel()
    assert clock.next_due() is None
    clock.advance(2)
    assert happened == []


def test_a_step_goes_to_the_next_event_but_at_most_a_second() -> None:
    """A step must stop at the next event, and after one second when that is farther away or there is none."""
    clock = Clock()
    clock.after(SECOND // 2, lambda: None)
    clock.after(10 * SECOND, lambda: None)
    clock.step()
    assert clock.now == EPOCH + SECOND // 2
    clock.step()
    assert clock.now == EPOCH + SECOND // 2 + SECOND


def test_a_real_clock_follows_the_machine_as_fast_as_told() -> None:
    """Real time must move by the machine's seconds times the speed, and say when the next event is due."""
    seconds, happened = [100.0], list[str]()
    clock = RealClock(speed=10.0, monotonic=lambda: seconds[0])
    begun = clock.now
    clock.after(20 * SECOND, lambda: happened.append("once"))
    assert clock.seconds_to_next() == 2.0
    seconds[0] += 1.0
    clock.catch_up()
    assert (clock.now - begun, happened) == (10 * SECOND, [])
    seconds[0] += 1.5
    clock.catch_up()
    assert happened == ["once"]
    assert clock.seconds_to_next() is None


def test_times_are_written_as_docker_writes_them() -> None:
    """Timestamps must drop trailing zeros as Go does, and the Date header must be RFC 1123 in English."""
    assert rfc3339(EPOCH) == "2026-01-01T00:00:00Z"
    assert rfc3339(EPOCH + 120_000_000) == "2026-01-01T00:00:00.12Z"
    assert rfc3339(EPOCH + 1) == "2026-01-01T00:00:00.000000001Z"
    assert rfc1123(EPOCH) == "Thu, 01 Jan 2026 00:00:00 GMT"
