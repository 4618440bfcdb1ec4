"""The swarm as a whole: world, clock, store and everything that moves."""

from __future__ import annotations

from coopnb.practice.agents import Agents
from coopnb.practice.agents.machines import Machines
from coopnb.practice.agents.registry import Registry
from coopnb.practice.agents.sessions import Sessions
from coopnb.practice.allocator import Allocator
from coopnb.practice.clock import Clock
from coopnb.practice.containers import Containers
from coopnb.practice.engines import Engines
from coopnb.practice.events import EventLog
from coopnb.practice.faults import Faults
from coopnb.practice.fibers import Fibers
from coopnb.practice.founding import populate
from coopnb.practice.gate import Gate
from coopnb.practice.ids import Ids
from coopnb.practice.objects import Cluster
from coopnb.practice.orchestrator.loop import Orchestration
from coopnb.practice.pace import Pace
from coopnb.practice.scheduler.schedule import Scheduler
from coopnb.practice.specs.rendered import Rendered
from coopnb.practice.store import Store
from coopnb.practice.world import World, load_world


class PracticeSwarm:
    """One simulated swarm; ``routes.answer`` asks it, with or without a socket."""

    def __init__(self, world: World | None = None, clock: Clock | None = None, seed: int | None = None) -> None:
        self.world = world or load_world()
        self.clock = clock or Clock()
        self.seed = self.world.seed if seed is None else seed
        self.ids = Ids(self.seed)
        self.store = Store(self.clock)
        self.rendered = Rendered(self.store)
        self.engines = Engines(self.world, self.seed)
        self.store.watch(self.engines.changed)
        self.events = EventLog(self.clock, self._is_home)
        self.gate = Gate(self.clock)
        self.fibers = Fibers(self.gate)
        self.machines = Machines(self.world, self.engines)
        self.store.watch(self.machines.changed)
        self.registry = Registry(self.world)
        self.containers = Containers(self.store, self.clock, self.events)
        self.allocator = Allocator(self.store, self.gate)
        self.born = self.clock.now
        self.pace = Pace(self.clock, self.store)
        self._orchestration = Orchestration(self.store, self.gate, self.ids, self.fibers)
        self._scheduler = Scheduler(self.store, self.gate)
        node_fibers = Fibers(self.clock)
        sessions = Sessions(self.store, self.clock, self.gate, node_fibers, self.machines)
        self._agents = Agents(
            self.clock, self.ids, node_fibers, self.events, self.containers, self.registry, self.machines, sessions
        )
        sessions.registered = self._agents.registered
        self.clock.after_event = self.settle
        populate(self)
        self.settle()
        self.events.begin()
        self.faults = Faults(
            self.store,
            self.clock,
            self.gate,
            self.containers,
            self.registry,
            self.machines,
            sessions,
            self._agents,
            self.settle,
        )
        self.faults.schedule(self.world.faults)

    @property
    def cluster(self) -> Cluster | None:
        """The swarm's own object; None after everybody has left."""
        return next(iter(self.store.all(Cluster)), None)

    def engine_down(self, hostname: str = "") -> bool:
        """Whether a node's engine (empty: the manager's) does not answer, because its machine is down."""
        machine = self.machines.named(hostname) if hostname else self.machines.manager
        return machine is not None and not machine.up

    def latency(self, hostname: str = "") -> int:
        """Nanoseconds that each answer of a node's engine (empty: the manager's) takes on its slow link."""
        machine = self.machines.named(hostname) if hostname else self.machines.manager
        return machine.latency if machine is not None else 0

    def _is_home(self, node_id: str) -> bool:
        return self.engines.of_node(node_id) is self.engines.home

    def settle(self) -> None:
        """Let every change have its consequences, until nothing changes any more."""
        while True:
            while self.store.changes:
                change = self.store.changes.popleft()
                self.events.changed(change)
                self.allocator.changed(change)
                self._orchestration.changed(change)
                self._scheduler.changed(change)
                self._agents.changed(change)
                self.fibers.changed(change.object.id)
            if not self._orchestration.tick():
                return
