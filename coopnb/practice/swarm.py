"""The swarm as a whole: world, clock, store and everything that moves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from coopnb.practice.agents import Agents
from coopnb.practice.agents.machines import Machines
from coopnb.practice.agents.process import Processes
from coopnb.practice.agents.registry import Registry
from coopnb.practice.agents.sessions import Sessions
from coopnb.practice.allocator import Allocator
from coopnb.practice.clock import SECOND, Clock, ClockError
from coopnb.practice.containers import Containers
from coopnb.practice.engines import Engines
from coopnb.practice.events import EventLog
from coopnb.practice.faults import Faults
from coopnb.practice.fibers import Fibers
from coopnb.practice.founding import populate
from coopnb.practice.gate import Gate
from coopnb.practice.ids import Ids
from coopnb.practice.journal import Journal
from coopnb.practice.objects import Cluster, Task
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
        self.journal = Journal(self.clock)
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
            self.journal,
            self.settle,
            self._lead,
        )
        self.faults.schedule(self.world.faults)

    @property
    def cluster(self) -> Cluster | None:
        """The swarm's own object; None after everybody has left."""
        return next(iter(self.store.all(Cluster)), None)

    @property
    def processes(self) -> Processes:
        """What runs in the containers."""
        return self._agents.processes

    def engine_down(self, hostname: str = "") -> bool:
        """Whether a node's engine (empty: the manager's) does not answer, because its machine is down."""
        machine = self.machines.named(hostname) if hostname else self.machines.manager
        return machine is not None and not machine.up

    def latency(self, hostname: str = "") -> int:
        """Nanoseconds that each answer of a node's engine (empty: the manager's) takes on its slow link."""
        machine = self.machines.named(hostname) if hostname else self.machines.manager
        return machine.latency if machine is not None else 0

    def advance(self, seconds: float) -> None:
        """Let time go by, on any clock; what falls due on the way happens.

        Raises:
            ClockError: the number is negative.
        """
        if seconds < 0:
            raise ClockError(f"time does not go backwards (by {-seconds:g} s)")
        self.settle()
        self.clock.advance(round(seconds * SECOND))

    def run_until(self, holds: Callable[[], bool], limit: float = 60.0) -> float:
        """Let time go by, event after event, until a condition holds; how many seconds that were.

        Args:
            holds: the condition; asked at once, and after every event.
            limit: the most seconds to let go by.

        Raises:
            ClockError: it does not hold after ``limit`` seconds; with the states that the tasks are in.
        """
        self.settle()
        begun, end = self.clock.now, self.clock.now + round(limit * SECOND)
        while not holds():
            due = self.clock.next_due()
            if self.clock.now >= end:
                tasks = Counter(f"{task.state.text} (wanted: {task.desired.text})" for task in self.store.all(Task))
                found = ", ".join(f"{count} {state}" for state, count in sorted(tasks.items())) or "there are none"
                raise ClockError(f"after {limit:g} s the condition does not hold; the tasks: {found}")
            self.clock.advance((end if due is None else min(due, end)) - self.clock.now)
        return (self.clock.now - begun) / SECOND

    def save(self) -> str:
        """The state as text, from which ``reopen.reopen`` makes the same swarm again; ``journal.write_state`` keeps it.

        Raises:
            JournalError: the world was not read from a file.
        """
        self.clock.catch_up()
        self.settle()
        return self.journal.text(self.world, self.seed, self.born, {**self.fingerprint(), "seen": self.pace.memory()})

    def fingerprint(self) -> dict[str, object]:
        """What two swarms with the same history have in common: the version index, and the ids to come."""
        return {"index": self.store.index, "ids": self.ids.fingerprint()}

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

    def _lead(self) -> None:
        """The manager leads anew: what it had in its memory only is gone."""
        self._orchestration.begin_anew()
        self._scheduler.begin_anew()

    def _is_home(self, node_id: str) -> bool:
        return self.engines.of_node(node_id) is self.engines.home
