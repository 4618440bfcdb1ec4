"""A swarm of fifty services seen over ssh, an unchanged redeploy there, and ten servers at once (``fleet.py``).

A real sshd on loopback stands before the engine. Loopback has no round trip worth a name, so what counts here is
processes and connections: docker's CLI makes an ssh connection a command, and more for a stack's tasks. The
fifty services wait for a node that does not exist: each has a task, and none a container.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import yaml

from benchmarks.fleet import compare_fleet
from benchmarks.measure import Comparison, Count, Figure, Timings, in_turns, process, timed
from benchmarks.tens import write_app, write_for_peer
from coopnb import connect, load_app, observe
from coopnb.engine import connect as knock
from coopnb.model.plan import Approval
from coopnb.record.ledger import utc_now
from tests.testbed.cli import docker_cli
from tests.testbed.engine import RealEngine
from tests.testbed.ssh import sshd
from tests.testbed.ssh_client import Home, client_home, introduce

MANY, OURS, PEER = "many", "distant.example.org", "distant_peer"
SERVICES = 50
HOST = "ssh://bench"


def compare_ssh(engine: RealEngine, folder: Path, runs: int) -> Iterator[Comparison | Count | Figure]:
    """Everything over ssh, each result as soon as it is there."""
    home = client_home(folder / "ssh-home")
    with at_home(home), sshd(folder / "sshd", engine.url) as server:
        introduce(home, server, "bench")
        try:
            write_many(engine, folder)
            yield from compare_snapshot(engine, home, folder, runs)
            yield compare_redeploy(engine, home, folder, runs)
            yield from compare_fleet(engine, home, folder, runs)
        finally:
            clear(engine)


@contextmanager
def at_home(home: Home) -> Iterator[None]:
    """Use this home's ssh config and keys, and no agent, for a while."""
    kept = {name: os.environ.get(name) for name in ("HOME", "SSH_AUTH_SOCK", "DOCKER_CONFIG")}
    os.environ["HOME"] = str(home.path)
    for name in ("SSH_AUTH_SOCK", "DOCKER_CONFIG"):
        os.environ.pop(name, None)
    try:
        yield
    finally:
        for name, value in kept.items():
            if value is not None:
                os.environ[name] = value
            else:
                os.environ.pop(name, None)


def compare_snapshot(engine: RealEngine, home: Home, folder: Path, runs: int) -> Iterator[Comparison | Count | Figure]:
    """A warm snapshot, against two commands of the CLI, and against a tunnel that OpenSSH holds."""
    docker: list[str | Path] = [docker_cli(), "-H", HOST]

    def peer() -> None:
        process([*docker, "service", "ls"], home.environment)
        process([*docker, "stack", "ps", MANY], home.environment)

    with closing(knock(HOST)) as door:
        identity = observe.identify(door, "bench")

        def ours() -> None:
            seen = observe.snapshot(door, identity, MANY)
            if len(seen.services) != SERVICES or len(seen.tasks) != SERVICES:
                raise RuntimeError(f"the snapshot has {len(seen.services)} services and {len(seen.tasks)} tasks")

        ours()
        calls = {}
        for stack in (MANY, "nothing"):
            asked = door.requests
            observe.snapshot(door, identity, stack)
            calls[stack] = door.requests - asked
        counted = f"{calls[MANY]} with {SERVICES} services, {calls['nothing']} with none"
        yield Count("calls per snapshot", counted, "6, whatever the number of services")
        of = f"state of {SERVICES} services over ssh, warm"
        is_peer = "docker -H ssh:// service ls; docker -H ssh:// stack ps"
        yield Comparison(of, f"snapshot, {calls[MANY]} calls", is_peer, *in_turns(ours, peer, runs), aim=0.05)
        with tunnel(engine, home, folder) as url, closing(knock(url)) as near:
            # It looks near, and is as far: its reads are to be made at once, too.
            near.url = HOST

            def tunnelled() -> None:
                observe.snapshot(near, identity, MANY)

            tunnelled()
            taken = in_turns(ours, tunnelled, runs * 2)
        yield Comparison("the same snapshot", "channels of paramiko", "a tunnel held by OpenSSH (ssh -N -L)", *taken)
    connecting = Timings(tuple(timed(lambda: knock(HOST).close()) for _ in range(runs)))
    yield Figure("first connection over ssh", "connect, log in, one channel, GET /version", connecting)


@contextmanager
def tunnel(engine: RealEngine, home: Home, folder: Path) -> Iterator[str]:
    """A unix socket that the system's OpenSSH carries to the engine."""
    near = folder / "tunnel.sock"
    command: list[str | Path] = [home.path / "bin" / "ssh", "-N", "-L", f"{near}:{engine.socket}", "bench"]
    with subprocess.Popen(command, env=home.environment, stdin=subprocess.DEVNULL) as running:
        try:
            deadline = time.monotonic() + 10
            while not near.is_socket() and time.monotonic() < deadline:
                time.sleep(0.02)
            yield f"unix://{near}"
        finally:
            running.terminate()


def compare_redeploy(engine: RealEngine, home: Home, folder: Path, runs: int) -> Comparison:
    """Ten unchanged services, loaded and planned in a warm process, against ``docker stack deploy --detach``."""
    write_app(folder / "distant", OURS, 0)
    write_for_peer(folder / "distant-peer", 0)
    command: list[str | Path] = [docker_cli(), "-H", HOST, "stack", "deploy", "--detach", "--resolve-image", "always"]
    compose = str(folder / "distant-peer" / "compose.yml")
    with closing(connect(HOST, workspace=folder / "distant")) as server:
        plan = server.plan(load_app(OURS, workspace=folder / "distant"))
        server.apply(plan, Approval(plan.digest, "benchmark", "measured", utc_now()))

        def ours() -> None:
            again = server.plan(load_app(OURS, workspace=folder / "distant"))
            if not again.nothing_to_do:
                raise RuntimeError(f"the plan has {len(again.operations)} operations, though nothing changed")

        def peer() -> None:
            process([*command, "-c", compose, PEER], home.environment)

        ours()
        peer()
        taken = in_turns(ours, peer, runs)
    what = "unchanged redeploy over ssh, 10 services"
    return Comparison(what, "load, plan", "docker -H ssh:// stack deploy --detach", *taken, aim=0.10)


def write_many(engine: RealEngine, folder: Path) -> None:
    """Make the stack of fifty services."""
    service = {
        "image": "busybox:1.36",
        "deploy": {"replicas": 1, "placement": {"constraints": ["node.labels.place == nowhere"]}},
    }
    path = folder / "many.yml"
    compose = {"version": "3.8", "services": {f"part{number:02}": service for number in range(SERVICES)}}
    path.write_text(yaml.safe_dump(compose), encoding="utf-8")
    engine.docker("stack", "deploy", "--detach", "--resolve-image", "never", "-c", path, MANY)


def clear(engine: RealEngine) -> None:
    """Take all stacks of this file away, and the kept state."""
    for name in (MANY, PEER, OURS.replace(".", "_")):
        engine.docker("stack", "rm", "--detach=false", name, check=False)
    with closing(knock(engine.url)) as door:
        for item in door.configs([f"coopnb_{OURS.replace('.', '_')}_"]).body or ():
            door.remove("config", item["ID"])
        for item in door.secrets([f"{OURS.replace('.', '_')}_"]).body or ():
            door.remove("secret", item["ID"])
