"""The swarm as a whole: world, clock, store and everything that moves."""

from __future__ import annotations

from coopnb.practice.agents import Agents
from coopnb.practice.allocator import Allocator
from coopnb.practice.clock import Clock
from coopnb.practice.containers import Containers
from coopnb.practice.events import EventLog
from coopnb.practice.fibers import Fibers
from coopnb.practice.ids import Ids
from coopnb.practice.objects import Network, Node
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
        self.events = EventLog(self.clock)
        self.fibers = Fibers(self.clock)
        self.containers = Containers(self.store, self.clock, self.events)
        self.allocator = Allocator(self.store, self.clock)
        self.cluster_id = self.ids.object_id()
        self.born = self.clock.now
        self.pace = Pace(self.clock, self.store)
        self._orchestration = Orchestration(self.store, self.clock, self.ids, self.fibers)
        self._scheduler = Scheduler(self.store, self.clock)
        self._agents = Agents(self.store, self.clock, self.ids, self.fibers, self.containers, self.world)
        self.clock.after_event = self.settle
        self._populate()
        self.settle()
        self.events.forget()

    @property
    def local_node(self) -> Node:
        """The node whose engine one talks to."""
        leader = self.store.leader()
        assert leader is not None
        return leader

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

    def _populate(self) -> None:
        leader = next(at for at, seed in enumerate(self.world.nodes) if seed.role == "manager")
        for at, seed in enumerate(self.world.nodes):
            self.store.create(
                Node(
                    id=self.ids.object_id(),
                    hostname=seed.hostname,
                    address=f"10.97.0.{at + 1}",
                    role=seed.role,
                    availability=seed.availability,
                    labels=seed.labels,
                    nano_cpus=seed.nano_cpus,
                    memory=seed.memory,
                    leader=at == leader,
                )
            )
        for name, driver in (("bridge", "bridge"), ("host", "host"), ("none", "null")):
            ipam = ({"Subnet": "172.17.0.0/16", "Gateway": "172.17.0.1"},) if name == "bridge" else ()
            self.store.create(Network(id=self.ids.container_id(), name=name, driver=driver, scope="local", ipam=ipam))
        ingress = self.allocator.subnet()
        self.store.create(Network(id=self.ids.object_id(), name="ingress", ingress=True, ipam=(ingress,)))
        for network in self.world.networks:
            self.store.create(
                Network(
                    id=self.ids.object_id(),
                    name=network.name,
                    attachable=network.attachable,
                    internal=network.internal,
                    labels=network.labels,
                    ipam=(self.allocator.subnet(),),
                )
            )
