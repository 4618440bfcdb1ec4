"""The cost of a swarm grows with its tasks and no faster: counted in lines that run, which no busy machine changes."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

from coopnb.practice.objects import Task, TaskState
from tests.practice.driver import Driver, world_of

_NODES = [{"hostname": f"n{number}", "role": "manager" if number == 0 else "worker"} for number in range(10)]
_REPLICAS, _TOGETHER = 4, 10
_SLACK = 1.07


def test_converging_costs_the_same_for_each_task(tmp_path: Path) -> None:
    """Four times as many tasks must run four times as many lines, created at once or one after the other."""
    for pause in (0.0, 1.0):
        few, many = (_lines(partial(_converge, tmp_path, services, pause)) for services in (20, 80))
        assert many < few * 4 * _SLACK, (pause, few, many)


def test_one_service_costs_the_same_beside_many(tmp_path: Path) -> None:
    """Creating, updating and removing one service must not look at all the others."""
    costs = []
    for services in (20, 80):
        driver = _converge(tmp_path, services, 0.0)
        costs.append(_lines(partial(_live_and_die, driver)))
    assert costs[1] < costs[0] * _SLACK, costs


def test_reading_again_costs_only_what_is_new(tmp_path: Path) -> None:
    """A list of tasks that was read before must take a fraction of the lines of the first time."""
    driver = _converge(tmp_path, 40, 0.0)
    first = _lines(lambda: driver.ask("GET", "/tasks"))
    again = _lines(lambda: driver.ask("GET", "/tasks"))
    assert again < first / 2, (first, again)


def _converge(directory: Path, services: int, pause: float) -> Driver:
    driver = Driver(world_of(directory, nodes=_NODES))
    for number in range(services):
        if number % _TOGETHER == 0:
            driver.call("POST", "/networks/create", {"Name": f"net{number // _TOGETHER}", "Driver": "overlay"})
        networks = [{"Target": f"net{number // _TOGETHER}"}]
        driver.create(f"web{number}", replicas=_REPLICAS, template={"Networks": networks})
        driver.advance(pause)
    driver.advance(5)
    assert {task.state for task in driver.swarm.store.all(Task)} == {TaskState.RUNNING}
    return driver


def _live_and_die(driver: Driver) -> None:
    driver.create("another", replicas=_REPLICAS)
    driver.advance(5)
    driver.update("another", lambda spec: spec["TaskTemplate"].update(ForceUpdate=1))
    driver.advance(60)
    driver.call("DELETE", "/services/another")
    driver.advance(20)


def _lines(work: Callable[[], object]) -> int:
    """How many lines of Python run."""
    count = 0

    def note(_frame: FrameType, event: str, _value: Any) -> Any:
        nonlocal count
        count += event == "line"
        return note

    before = sys.gettrace()
    sys.settrace(note)
    try:
        work()
    finally:
        sys.settrace(before)
    return count
