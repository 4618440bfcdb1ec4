"""Three real engines on one switch: a swarm of a manager and two workers, that lose power, cables and each other."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.testbed.engine import RealEngine, await_engine
from tests.testbed.images import BUSYBOX, load
from tests.testbed.machine import Machine
from tests.testbed.switch import Switch

NAMES = ("node1", "node2", "node3")
MANAGER = "node1"


@dataclass(slots=True)
class ThreeNodes:
    """A swarm of three: ``node1`` is its only manager; their addresses are 10.99.0.1 to 10.99.0.3.

    Whatever starts a machine has to be called from the thread that holds the swarm for its whole life (a fixture or a
    test, not a worker thread): the machine dies with the thread that started it.

    Attributes:
        machines: by name.
        engines: of the machines that have power, by name; made anew when one gets it back.
    """

    switch: Switch
    machines: dict[str, Machine]
    engines: dict[str, RealEngine] = field(default_factory=dict)

    @property
    def manager(self) -> RealEngine:
        """The manager's engine."""
        return self.engines[MANAGER]

    def power_off(self, name: str) -> None:
        """Let a machine lose its power: dockerd and all containers are killed at once."""
        del self.engines[name]
        self.machines[name].cut_power()
        self.switch.unplug(name)

    def power_on(self, name: str, timeout: float = 60) -> RealEngine:
        """Start a machine again, with what it had on its disk, and return its engine when it answers."""
        machine = self.machines[name]
        machine.start()
        self.switch.plug(machine)
        self.engines[name] = await_engine(machine, timeout)
        return self.engines[name]

    def link_down(self, name: str) -> None:
        """Pull a machine's cable; it goes on working by itself."""
        self.switch.set_link(name, up=False)

    def link_up(self, name: str) -> None:
        """Put a machine's cable back."""
        self.switch.set_link(name, up=True)

    def partition(self, *names: str) -> None:
        """Cut some machines off from all others; they still see each other."""
        self.switch.part(names)

    def heal(self) -> None:
        """End partitions, and put all cables back."""
        self.switch.heal()

    def nodes(self) -> dict[str, dict[str, Any]]:
        """What the manager knows of its nodes (GET /nodes), by host name."""
        said = self.manager.docker("node", "inspect", *self.manager.docker("node", "ls", "--quiet").stdout.split())
        return {node["Description"]["Hostname"]: node for node in json.loads(said.stdout)}

    def await_state(self, state: str, *names: str, timeout: float = 60) -> float:
        """Wait until nodes have a state (``ready``, ``down``); return the seconds that took."""
        return await_that(
            lambda: all(self.nodes()[name]["Status"]["State"] == state for name in names),
            f"{', '.join(names)} {state}",
            timeout,
        )

    def put_right(self) -> None:
        """Make the swarm as it was: all machines there, ready, active and without labels, no services."""
        for name, machine in self.machines.items():
            if name not in self.engines or not machine.running:
                self.engines.pop(name, None)
                machine.cut_power()
                self.switch.unplug(name)
                self.power_on(name)
        self.heal()
        self.await_state("ready", *NAMES)
        for name, node in self.nodes().items():
            self._relabel(name, node["Spec"])
        if services := self.manager.docker("service", "ls", "--quiet").stdout.split():
            self.manager.docker("service", "rm", *services)
        await_that(self._without_containers, "no container left", 60)

    def _without_containers(self) -> bool:
        """Kill what still runs: nobody waits for a container of a service that is gone."""
        found = {name: engine.docker("ps", "--quiet").stdout.split() for name, engine in self.engines.items()}
        for name, containers in found.items():
            if containers:
                self.engines[name].docker("kill", *containers, check=False)
        return not any(found.values())

    def _relabel(self, name: str, spec: dict[str, Any]) -> None:
        options = [part for label in spec.get("Labels") or {} for part in ("--label-rm", label)]
        if spec["Availability"] != "active":
            options += ["--availability", "active"]
        if spec["Role"] != ("manager" if name == MANAGER else "worker"):
            options += ["--role", "worker"]
        if options:
            self.manager.docker("node", "update", *options, name)


@contextmanager
def swarm_of_three(directory: Path, timeout: float = 60, *, mirror: str = "") -> Iterator[ThreeNodes]:
    """Start the swarm below ``directory``, with ``busybox`` on each node, and take all of it away at the end.

    Args:
        timeout: seconds an engine may take to answer.
        mirror: the address of a registry that all engines ask first (``tests/testbed/registry.py``). Such a swarm has
            its disks in memory: it is for large images, and loses all if it loses power.

    Raises:
        RuntimeError: an engine does not start or join; the message ends with its last log lines.
    """
    swarm = ThreeNodes(Switch(), {name: machine(directory / name, name, mirror) for name in NAMES})
    try:
        swarm.switch.start()
        for one in swarm.machines.values():
            one.prepare()
            one.start()
            swarm.switch.plug(one)
        with ThreadPoolExecutor() as threads:
            for name, engine in threads.map(lambda name: (name, begin(swarm.machines[name], timeout)), NAMES):
                swarm.engines[name] = engine
        join(swarm)
        yield swarm
    finally:
        with ThreadPoolExecutor() as threads:
            list(threads.map(Machine.stop, swarm.machines.values()))
        swarm.switch.stop()
        shutil.rmtree(directory)


def machine(directory: Path, name: str, mirror: str) -> Machine:
    """Return a machine of the swarm, not started."""
    return Machine(directory, name, address=f"{address(name)}/24", mirror=mirror, in_memory=bool(mirror))


def address(name: str) -> str:
    """Return a node's address: that of ``node2`` is 10.99.0.2."""
    return f"10.99.0.{name.removeprefix('node')}"


def begin(one: Machine, timeout: float) -> RealEngine:
    """Wait for an engine and give it the image."""
    engine = await_engine(one, timeout)
    load(engine, [BUSYBOX])
    return engine


def join(swarm: ThreeNodes) -> None:
    """Make the engines a swarm with the overlay network ``proxy``."""
    swarm.manager.docker("swarm", "init", "--advertise-addr", address(MANAGER))
    token = swarm.manager.docker("swarm", "join-token", "--quiet", "worker").stdout.strip()
    for name in NAMES:
        if name != MANAGER:
            options = ("--advertise-addr", address(name), "--token", token)
            swarm.engines[name].docker("swarm", "join", *options, f"{address(MANAGER)}:2377")
    swarm.manager.docker("network", "create", "--driver", "overlay", "--attachable", "proxy")
    swarm.await_state("ready", *NAMES)


def await_that(holds: Callable[[], bool], what: str, timeout: float) -> float:
    """Wait until something holds; return the seconds that took. Raises TimeoutError, saying what was waited for."""
    begin = time.monotonic()
    while not holds():
        if time.monotonic() - begin > timeout:
            raise TimeoutError(f"not so within {timeout:g} s: {what}")
        time.sleep(0.2)
    return time.monotonic() - begin
