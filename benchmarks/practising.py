"""The practice swarm: how it grows, how fast it is read, how fast it starts; and ``docker stack deploy`` on it."""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from docker import APIClient

from benchmarks.crowd import NODES, STACK, Converged
from benchmarks.measure import Comparison, Figure, Timings, in_turns, process, timed
from benchmarks.tens import SERVICES, write_for_peer
from coopnb.engine import connect
from coopnb.observe.identity import identify
from coopnb.observe.snapshot import snapshot
from coopnb.practice import process as practice
from tests.testbed.cli import docker_cli
from tests.testbed.engine import RealEngine

SIZES = (500, 1_000, 2_000, 5_000)
_ROOT = Path(__file__).parents[1]
_DEPLOY = ("stack", "deploy", "--detach", "--resolve-image", "always")
_LISTS = ("/services?status=true", "/tasks", "/nodes", "/networks", "/secrets", "/configs")


def measure_practice(engine: RealEngine, folder: Path, replicas: int, runs: int) -> Iterator[Figure | Comparison]:
    """Everything about the practice swarm, one result after the other."""
    state = folder / "crowd.jsonl"
    yield from measure_growth(state, max(1, runs // 3))
    yield from measure_reading(state, folder / "crowd", runs)
    yield measure_start(folder / "starting", runs)
    yield compare_stack_deploy(engine, folder / "tens", replicas, runs)


def measure_growth(state: Path, runs: int) -> Iterator[Figure]:
    """Converge growing numbers of tasks, each in a process of its own; the last state is kept."""
    first = 0.0
    for size in SIZES:
        measured = [_converged(size, state) for _ in range(runs)]
        cpu = statistics.median(one.cpu for one in measured) / size * 1000
        first = first or cpu
        memory = max(one.mebibytes for one in measured)
        note = f"{memory} MiB; {cpu:.2f} ms of CPU a task, {cpu / first:.2f} times that of {SIZES[0]} tasks"
        what = f"practice: {size // 5:,} services with {size:,} tasks on {NODES} nodes converge"
        largest = size == SIZES[-1]
        aim = "under 5 s, under 300 MiB" if largest else ""
        yield Figure(what, "in process, stepped clock", Timings(tuple(one.wall for one in measured)), aim, note)


def measure_reading(state: Path, folder: Path, runs: int) -> Iterator[Figure]:
    """Read the state of the largest swarm through its socket: as coopnb does, and with docker-py alone."""
    opened = timed(lambda: practice.start(folder, clock="stepped", state=state))
    try:
        running = practice.running(folder)
        assert running is not None
        url = f"unix://{running.socket}"
        engine, client = connect(url), APIClient(url, version="1.47")
        server = identify(engine, "crowd")

        def look() -> None:
            if len(snapshot(engine, server, STACK).tasks) != SIZES[-1]:
                raise RuntimeError("the snapshot lacks tasks")

        def lists() -> None:
            for target in _LISTS:
                client.get(f"{client.base_url}/v1.47{target}").json()

        first = timed(look)
        how = f"{SIZES[-1]:,} tasks, through the socket"
        seen = Timings(tuple(timed(look) for _ in range(runs)))
        note = f"the first, of which nothing is at hand: {first * 1000:.0f} ms; opening the state: {opened:.1f} s"
        yield Figure("practice: a snapshot of that state (coopnb.observe)", how, seen, "under 0.5 s", note)
        listed = Timings(tuple(timed(lists) for _ in range(runs)))
        yield Figure("practice: the same six lists with docker-py", how, listed, "under 0.5 s")
        engine.close()
        client.close()
    finally:
        practice.stop(folder)


def measure_start(folder: Path, runs: int) -> Figure:
    """From nothing to the first answered ping, with the default world."""
    taken = []
    for number in range(runs):
        home = folder / str(number)
        begin = time.perf_counter()
        running = practice.start(home)
        client = APIClient(f"unix://{running.socket}", version="1.47")
        client.ping()
        taken.append(time.perf_counter() - begin)
        client.close()
        practice.stop(home)
    return Figure("practice: a swarm starts", "start to first ping", Timings(tuple(taken)), "under 0.5 s")


def compare_stack_deploy(engine: RealEngine, folder: Path, replicas: int, runs: int) -> Comparison:
    """``docker stack deploy`` of ten services from nothing, on both; a new stack each time."""
    write_for_peer(folder, replicas)
    home = folder / "home"
    running = practice.start(home)
    rounds = {f"unix://{running.socket}": iter(range(runs)), engine.url: iter(range(runs))}

    def deploy(url: str) -> None:
        stack = f"round{next(rounds[url])}"
        process([str(docker_cli()), *_DEPLOY, "-c", str(folder / "compose.yml"), stack], _environment(url, folder))

    try:
        practised, real = in_turns(lambda: deploy(f"unix://{running.socket}"), lambda: deploy(engine.url), runs)
        for url in rounds:
            listed = process(
                [str(docker_cli()), "service", "ls", "-q", "--filter", "name=round"], _environment(url, folder)
            ).stdout.split()
            if len(listed) != runs * len(SERVICES):
                raise RuntimeError(f"{url} has {len(listed)} services, not {runs * len(SERVICES)}")
            for number in range(runs):
                process([str(docker_cli()), "stack", "rm", f"round{number}"], _environment(url, folder))
    finally:
        practice.stop(home)
    what = f"docker stack deploy, {len(SERVICES)} services, {replicas} replica{'s' * (replicas != 1)} each"
    return Comparison(what, "on a practice swarm, real clock", "on the real dockerd", practised, real, aim=1.0)


def _converged(size: int, state: Path) -> Converged:
    done = process([sys.executable, "-m", "benchmarks.crowd", str(size), str(state)], cwd=_ROOT)
    return Converged(**json.loads(done.stdout))


def _environment(url: str, home: Path) -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", ""), "HOME": str(home), "DOCKER_HOST": url}
