"""Many services on a practice swarm: ``python -m benchmarks.crowd TASKS [STATE]`` measures one number of tasks.

A process of its own, so that its memory is that of the swarm. Fifty nodes; five tasks a service, ten services a
network, because a network's 253 addresses run out here as they do in life.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from coopnb.practice.clock import Clock
from coopnb.practice.journal import write_state
from coopnb.practice.objects import Task, TaskState
from coopnb.practice.routes import answer, read_request
from coopnb.practice.swarm import PracticeSwarm
from coopnb.practice.world import read_world

NODES = 50
STACK = "crowd"
_REPLICAS, _TOGETHER = 5, 10
_WORLD = "\n".join(
    (
        "nodes:",
        *(
            f"  - {{hostname: node{number}, role: {'manager' if number == 1 else 'worker'}, cpus: 64, memory: 256GiB}}"
            for number in range(1, NODES + 1)
        ),
    )
)


@dataclass(frozen=True, slots=True)
class Converged:
    """What it took until every task ran: seconds of wall time and of this process's CPU, MiB of memory at most."""

    tasks: int
    wall: float
    cpu: float
    mebibytes: int


def converge(tasks: int) -> tuple[PracticeSwarm, Converged]:
    """Create services until they have so many tasks, and let time go by until all of them run.

    Raises:
        RuntimeError: a call is refused.
        ClockError: they do not run after a minute of simulated time.
    """
    wall, cpu = time.perf_counter(), time.process_time()
    swarm = PracticeSwarm(read_world(_WORLD), Clock())
    for number in range(tasks // _REPLICAS):
        if number % _TOGETHER == 0:
            _create(swarm, "networks", {"Name": f"net{number // _TOGETHER}", "Driver": "overlay"})
        _create(swarm, "services", _service(number))
    swarm.run_until(lambda: _all_run(swarm, tasks))
    taken = time.perf_counter() - wall, time.process_time() - cpu
    return swarm, Converged(tasks, *taken, _most_memory())


def _most_memory() -> int:
    """The most memory that this process has had, in MiB; getrusage would count what its parent had before the exec."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) // 1024


def _create(swarm: PracticeSwarm, collection: str, body: Any) -> None:
    response = answer(swarm, read_request("POST", f"/{collection}/create", json.dumps(body).encode()))
    if response.status != 201:
        raise RuntimeError(response.body.decode())


def _service(number: int) -> dict[str, Any]:
    container = {"Image": "nginx:1.27", "Env": ["LANG=C"], "Labels": {"com.docker.stack.namespace": STACK}}
    return {
        "Name": f"{STACK}_part{number}",
        "Labels": {"com.docker.stack.namespace": STACK},
        "TaskTemplate": {"ContainerSpec": container, "Networks": [{"Target": f"net{number // _TOGETHER}"}]},
        "Mode": {"Replicated": {"Replicas": _REPLICAS}},
    }


def _all_run(swarm: PracticeSwarm, wanted: int) -> bool:
    tasks = swarm.store.all(Task)
    return len(tasks) == wanted and all(task.state == TaskState.RUNNING for task in tasks)


def main(arguments: list[str]) -> None:
    """Measure once, print it as JSON, and keep the state if a path for it is given."""
    swarm, measured = converge(int(arguments[0]))
    print(json.dumps(asdict(measured)))
    for path in arguments[1:]:
        write_state(Path(path), swarm.save())


if __name__ == "__main__":
    main(sys.argv[1:])
