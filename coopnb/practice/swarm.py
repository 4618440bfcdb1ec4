"""The swarm as a whole: world, clock, store and everything that moves."""

from __future__ import annotations

from coopnb.practice.agents import Agents
from coopnb.practice.allocator import Allocator
from coopnb.practice.clock import Clock
from coopnb.practice.containers import Containers
from coopnb.practice.engines import Engines
from coopnb.practice.events import EventLog
from coopnb.practice.fibers import Fibers
from coopnb.practice.founding import populate
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
        self.events = EventLog(self.clock)
        self.fibers = Fibers(self.clock)
        self.containers = Containers(self.store, self.clock, self.events)
        self.allocator = Allocator(self.store, self.clock)
        self.born = self.clock.now
        self.pace = Pace(self.clock, self.store)
        self._orchestration = Orchestration(self.store, self.clock, self.ids, self.fibers)
        self._scheduler = Scheduler(self.store, self.clock)
        self._agents = Agents(self.store, self.clock, self.ids, self.fibers, self.containers, self.world)
        self.clock.after_event = self.settle
        populate(self)
        self.settle()
        self.events.forget()

    @property
    def cluster(self) -> Cluster | None:
        """The swarm's own object; None after everybody has left."""
        return next(iter(self.store.all(Cluster)), None)

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
