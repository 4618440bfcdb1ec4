"""The auto clock: time moves when a read finds nothing new, and a run can be repeated byte for byte."""

from __future__ import annotations

from coopnb.practice.clock import EPOCH, SECOND
from tests.practice.driver import Driver


def test_a_first_read_does_not_move_time() -> None:
    """The first read of a URL, and any read after a change, must find the world as it stands."""
    driver = Driver(mode="auto")
    driver.get("/tasks")
    driver.get("/services")
    driver.create("web")
    driver.get("/tasks")
    assert driver.swarm.clock.now == EPOCH


def test_a_read_that_finds_nothing_new_moves_time_one_step() -> None:
    """Reading the same URL again with nothing changed must move to the next event, at most one second."""
    driver = Driver(mode="auto")
    driver.get("/nodes")
    driver.get("/nodes")
    assert driver.swarm.clock.now == EPOCH + SECOND
    driver.create("web")
    driver.get("/tasks")
    driver.get("/tasks")
    assert EPOCH + SECOND < driver.swarm.clock.now < EPOCH + 2 * SECOND


def test_other_reads_do_not_move_time() -> None:
    """Reads that nobody polls must never move time, however often they are repeated."""
    driver = Driver(mode="auto")
    for target in ("/info", "/version", "/networks", "/secrets", "/configs", "/_ping", "/swarm", "/volumes"):
        for _ in range(3):
            driver.ask("GET", target)
    assert driver.swarm.clock.now == EPOCH


def test_another_query_is_another_url() -> None:
    """What one URL has seen must say nothing about another."""
    driver = Driver(mode="auto")
    driver.get("/tasks")
    driver.get("/tasks", desired_state=["running"])
    driver.get("/services?status=true")
    assert driver.swarm.clock.now == EPOCH


def test_a_client_that_polls_sees_the_end() -> None:
    """A client that only reads must see its service converge within a bounded number of reads."""
    driver = Driver(mode="auto")
    check = {"Test": ["CMD", "true"], "Interval": SECOND, "Retries": 9}
    driver.create("web", "mediawiki:1.39.17", replicas=3, container={"Healthcheck": check})
    reads = 0
    while driver.states("web") != ["running"] * 3:
        reads += 1
        assert reads < 80
    assert driver.swarm.clock.now - EPOCH < 8 * SECOND


def test_a_run_can_be_repeated_byte_for_byte() -> None:
    """The same world, seed and calls must give the same bytes; another seed must give other ids."""
    assert _transcript(7) == _transcript(7)
    assert _transcript(7) != _transcript(8)


def _transcript(seed: int) -> bytes:
    driver = Driver(mode="auto", seed=seed)
    answers = [driver.ask("GET", "/info").body]
    for name, image in (("web", "nginx:1.27"), ("app", "mediawiki:1.43.0"), ("lost", "example.org/missing:1")):
        driver.create(name, image, replicas=2, template={"Networks": [{"Target": "proxy"}]})
    for read in range(60):
        answers += [driver.ask("GET", "/tasks").body, driver.ask("GET", "/services?status=true").body]
        if read == 20:
            driver.update("web", lambda spec: spec["TaskTemplate"].update(ForceUpdate=1))
    answers += [driver.ask("GET", "/services/app/logs?stdout=1&timestamps=1").body]
    answers += [driver.ask("GET", "/events?since=1").body, driver.ask("GET", "/containers/json?all=1").body]
    return b"\n".join(answers)
