"""Time by hand: advance, wait for something, and say clearly when it does not come."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from coopnb.practice.clock import EPOCH, SECOND, ClockError, RealClock
from coopnb.practice.objects import Task, TaskState
from coopnb.practice.swarm import PracticeSwarm
from tests.practice.driver import Driver


def _all_run(swarm: PracticeSwarm) -> bool:
    return {task.state for task in swarm.store.all(Task)} == {TaskState.RUNNING}


def test_time_can_be_advanced() -> None:
    """Seconds and fractions must go by, with what falls due; nothing else moves a stepped clock."""
    driver = Driver()
    driver.create("web")
    driver.swarm.advance(2.5)
    assert (driver.swarm.clock.now, driver.states("web")) == (EPOCH + 2500 * 10**6, ["running"])
    for _ in range(3):
        driver.get("/tasks")
    assert driver.swarm.clock.now == EPOCH + 2500 * 10**6


def test_time_stops_when_the_condition_holds() -> None:
    """The wait must end at the event that brought it about, and say how long it took."""
    driver = Driver()
    driver.create("web", replicas=2)
    seconds = driver.swarm.run_until(lambda: _all_run(driver.swarm))
    assert 0 < seconds < 5
    assert driver.swarm.clock.now == EPOCH + round(seconds * SECOND)
    assert driver.states("web") == ["running", "running"]
    assert driver.swarm.run_until(lambda: _all_run(driver.swarm)) == 0


def test_a_condition_that_never_holds_says_what_there_is() -> None:
    """At the limit the error must tell the limit and the states of the tasks, and no more time may have gone by."""
    driver = Driver()
    driver.create("web", replicas=2, template={"Placement": {"Constraints": ["node.role==none"]}})
    with pytest.raises(ClockError, match=r"after 7 s the condition does not hold; the tasks: 2 pending \(wanted: run"):
        driver.swarm.run_until(lambda: _all_run(driver.swarm), limit=7)
    assert driver.swarm.clock.now == EPOCH + 7 * SECOND
    with pytest.raises(ClockError, match="the tasks: there are none"):
        Driver().swarm.run_until(lambda: False, limit=0)


def test_the_example_in_the_docs_works() -> None:
    """What the docs show of a swarm without a process must run as it stands."""
    text = (Path(__file__).parents[2] / "docs" / "practice.md").read_text(encoding="utf-8")
    section = text.partition("## In a test, without a process")[2]
    names: dict[str, Any] = {}
    exec(section.partition("```python\n")[2].partition("```")[0], names)
    assert 0 < names["seconds"] < 30
    assert names["swarm"].clock.now >= EPOCH + 60 * SECOND


def test_time_does_not_go_backwards() -> None:
    """A negative number of seconds must be refused."""
    with pytest.raises(ClockError, match=r"time does not go backwards \(by 3 s\)"):
        Driver().swarm.advance(-3)


def test_a_real_clock_can_be_advanced_and_waited_on() -> None:
    """A person's swarm must be able to skip the wait, too."""
    seconds = [5.0]
    driver = Driver()
    driver.swarm = PracticeSwarm(None, RealClock(monotonic=lambda: seconds[0]))
    driver.create("web")
    waited = driver.swarm.run_until(lambda: _all_run(driver.swarm))
    assert 0 < waited < 5
    seconds[0] += 1
    driver.get("/tasks")
    assert driver.swarm.clock.now == driver.swarm.born + round((waited + 1) * SECOND)
