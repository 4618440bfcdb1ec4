"""The machines that nodes are: what is on them, what ails them, and the tasks that their agents know."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from coopnb.practice.containers import Container
from coopnb.practice.engines import Engine, Engines
from coopnb.practice.fibers import Fiber
from coopnb.practice.objects import Node, Task, TaskState
from coopnb.practice.store import Change
from coopnb.practice.world import NodeSeed, World


@dataclass(slots=True, eq=False)
class Run:
    """A task as the agent of its node knows it, which may be older than what the manager knows.

    Attributes:
        desired: what the manager wanted when it was last heard.
        state: what it came to here.
        known: whether the node has heard of it.
        unsent: fields of the task that the manager has not been told yet.
    """

    task: Task
    machine: Machine
    desired: TaskState
    state: TaskState = TaskState.ASSIGNED
    container: Container | None = None
    gone: bool = False
    known: bool = True
    unsent: dict[str, Any] = field(default_factory=dict)
    fiber: Fiber | None = None

    @property
    def key(self) -> str:
        """What its fiber waits for: news from the manager."""
        return f"run {self.task.id}"

    @property
    def stopped(self) -> bool:
        """Whether it is no longer meant to run, or has ended."""
        return self.gone or self.desired > TaskState.RUNNING or self.state > TaskState.RUNNING


@dataclass(slots=True, eq=False)
class Machine:
    """The machine under one engine.

    Attributes:
        node_id: the node that it is or was.
        up: it runs.
        cut: its network is cut off.
        full: its disk is full.
        latency: nanoseconds that a message to or from it takes on a slow link (0: none).
        slowness: how many times longer a pull takes.
        in_touch: its agent has a session with the manager.
        runs: the tasks that its agent was given, by their ids.
    """

    engine: Engine
    seed: NodeSeed
    node_id: str = ""
    up: bool = True
    cut: bool = False
    full: bool = False
    latency: int = 0
    slowness: float = 1.0
    in_touch: bool = True
    runs: dict[str, Run] = field(default_factory=dict)

    @property
    def hostname(self) -> str:
        """Its name."""
        return self.seed.hostname


class Machines:
    """All machines, in the order of the world."""

    def __init__(self, world: World, engines: Engines) -> None:
        self._engines = engines
        self._by_name = {engine.hostname: Machine(engine, world.node(engine.hostname)) for engine in engines.all()}
        self._by_node: dict[str, Machine] = {}

    def changed(self, change: Change) -> None:
        """Note which machine a new node is."""
        node = change.new
        machine = self._by_name.get(node.hostname) if isinstance(node, Node) and change.old is None else None
        if machine is not None and node is not None:
            machine.node_id = node.id
            self._by_node[node.id] = machine

    def all(self) -> list[Machine]:
        """Every machine."""
        return list(self._by_name.values())

    def get(self, node_id: str) -> Machine | None:
        """The machine that is or was a node, or None."""
        return self._by_node.get(node_id)

    def named(self, hostname: str) -> Machine | None:
        """The machine of a name, or None."""
        return self._by_name.get(hostname)

    def under(self, engine: Engine) -> Machine:
        """The machine that an engine runs on."""
        return self._by_name[engine.hostname]

    @property
    def manager(self) -> Machine:
        """The machine of the manager that is asked."""
        return self.under(self._engines.home)

    def reach_each_other(self, machine: Machine) -> bool:
        """Whether messages pass between a machine and the manager."""
        manager = self.manager
        if not (machine.up and manager.up):
            return False
        return machine is manager or not (machine.cut or manager.cut)
