"""The clock: events in order, steps that never jump too far, times as Docker writes them."""

from __future__ import annotations

import pytest

from coopnb.practice.clock import CATCHING_UP, EPOCH, SECOND, Clock, ClockError, RealClock, rfc1123, rfc3339


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


def test_a_jump_takes_the_pending_events_with_it() -> None:
    """Time in which nothing happens must put every event off by as much, and keep their order."""
    clock, happened, jumps = Clock(), list[str](), list[int]()
    clock.on_jump = jumps.append
    clock.after(2 * SECOND, lambda: happened.append("late"))
    clock.after(SECOND, lambda: happened.append("early"))
    clock.jump(10 * SECOND)
    assert (clock.now, happened, jumps) == (EPOCH + 10 * SECOND, [], [10 * SECOND])
    clock.advance(SECOND)
    assert happened == ["early"]
    clock.advance(SECOND)
    assert happened == ["early", "late"]


def test_a_clock_never_jumps_back() -> None:
    """A jump of nothing, or backwards, must change nothing and be told to nobody."""
    clock, jumps = Clock(), list[int]()
    clock.on_jump = jumps.append
    clock.jump(0)
    clock.jump(-SECOND)
    assert (clock.now, jumps) == (EPOCH, [])


def test_a_history_is_repeated_event_by_event() -> None:
    """Two events at one moment must be told apart: a call may have come between them."""
    clock, happened = Clock(), list[str]()
    for name in ("first", "second"):
        clock.after(SECOND, lambda name=name: happened.append(name))  # type: ignore[misc]
    clock.repeat(EPOCH + SECOND, 1)
    assert (clock.now, happened) == (EPOCH + SECOND, ["first"])
    clock.repeat(EPOCH + 2 * SECOND, 2)
    assert (clock.now, happened) == (EPOCH + 2 * SECOND, ["first", "second"])


@pytest.mark.parametrize(("moment", "events"), [(EPOCH + SECOND, 2), (EPOCH, 1), (EPOCH + 2 * SECOND, 1)])
def test_a_history_that_is_another_is_refused(moment: int, events: int) -> None:
    """A clock whose events cannot have led there must say so."""
    clock = Clock()
    clock.after(SECOND, lambda: None)
    clock.after(3 * SECOND, lambda: None)
    if events == 1 and moment > EPOCH + SECOND:
        clock.advance(3 * SECOND)
    with pytest.raises(ClockError, match="events have happened by"):
        clock.repeat(moment, events)


def test_a_machine_that_slept_does_not_block_whoever_asks() -> None:
    """After a long gap a real clock must catch up for a moment only, then jump; what is pending comes later."""
    seconds, happened = [100.0], list[int]()

    def machine() -> float:
        seconds[0] += CATCHING_UP / 100
        return seconds[0]

    clock = RealClock(monotonic=machine)

    def crash_loop() -> None:
        happened.append(clock.now)
        clock.after(SECOND, crash_loop)

    clock.after(SECOND, crash_loop)
    seconds[0] += 8 * 3600
    clock.catch_up()
    assert 50 < len(happened) <= 100
    assert clock.now > happened[-1] + 7 * 3600 * SECOND
    due = clock.next_due()
    assert due is not None and 0 < due - clock.now <= SECOND


def test_a_real_clock_that_goes_on_jumps_to_the_machines_time() -> None:
    """A stopped clock must stand still; when it goes on, events keep their distance, and time never goes back."""
    seconds, wall = [100.0], [EPOCH + 3600 * SECOND]
    clock = RealClock(now=EPOCH, stopped=True, monotonic=lambda: seconds[0], wall=lambda: wall[0])
    clock.after(5 * SECOND, lambda: None)
    seconds[0] += 50
    clock.catch_up()
    assert (clock.now, clock.seconds_to_next()) == (EPOCH, None)
    clock.go_on()
    assert (clock.now, clock.seconds_to_next()) == (wall[0], 5.0)
    ahead = RealClock(now=wall[0] + SECOND, stopped=True, monotonic=lambda: seconds[0], wall=lambda: wall[0])
    ahead.go_on()
    assert ahead.now == wall[0] + SECOND


def test_a_real_clock_can_be_advanced() -> None:
    """A real clock that is advanced must run what falls due, and stay that much ahead of the machine."""
    seconds, happened = [100.0], list[str]()
    clock = RealClock(monotonic=lambda: seconds[0])
    begun = clock.now
    clock.after(20 * SECOND, lambda: happened.append("once"))
    clock.advance(30 * SECOND)
    seconds[0] += 1.0
    clock.catch_up()
    assert (clock.now - begun, happened) == (31 * SECOND, ["once"])


def test_times_are_written_as_docker_writes_them() -> None:
    """Timestamps must drop trailing zeros as Go does, and the Date header must be RFC 1123 in English."""
    assert rfc3339(EPOCH) == "2026-01-01T00:00:00Z"
    assert rfc3339(EPOCH + 120_000_000) == "2026-01-01T00:00:00.12Z"
    assert rfc3339(EPOCH + 1) == "2026-01-01T00:00:00.000000001Z"
    assert rfc1123(EPOCH) == "Thu, 01 Jan 2026 00:00:00 GMT"
