"""Sessions between the nodes' agents and the manager: what keeps them, what ends them, what is known when.

After swarmkit's manager/dispatcher: an agent is heard every 5 seconds; a node of which nothing was heard for
three times that, and a little, is down. Its tasks keep the state last heard; after a day they are orphaned.
"""

from __future__ import annotations

from collections.abc import Callable

from coopnb.practice.agents.machines import Machine, Machines, Run
from coopnb.practice.clock import MILLISECOND, SECOND, Clock, Timer
from coopnb.practice.fibers import Fibers
from coopnb.practice.objects import Node, Task, TaskState
from coopnb.practice.store import Store

LOST_AFTER = 15_500 * MILLISECOND
"""From the last contact until a node is down."""

_RETURN = 3 * SECOND
_SHORT_RETURN = SECOND
_BOOT = 200 * MILLISECOND
_ORPHANED_AFTER = 24 * 3600 * SECOND
_LOST = "heartbeat failure"
_LOST_AFTER_ELECTION = 'heartbeat failure for node in "unknown" state'
_UNKNOWN = 'Node moved to "unknown" state due to leadership change in cluster'


class Sessions:
    """Which agents are in touch with the manager; ``gate`` is the manager's clock.

    ``registered`` is told of every agent that has a session again.
    """

    def __init__(self, store: Store, clock: Clock, gate: Clock, fibers: Fibers, machines: Machines) -> None:
        self._store = store
        self._clock = clock
        self._gate = gate
        self._fibers = fibers
        self._machines = machines
        self._expiries: dict[str, Timer] = {}
        self._returns: dict[str, Timer] = {}
        self.registered: Callable[[Machine], None] = lambda machine: None

    def review(self) -> None:
        """Something changed between machines: end the sessions that cannot be kept, resume those that can."""
        for machine in self._machines.all():
            reachable = self._machines.reach_each_other(machine)
            if machine.in_touch and not reachable:
                self._lose(machine)
            elif not machine.in_touch and reachable and machine.node_id not in self._returns:
                self._await(machine)
            elif not reachable and machine.node_id in self._returns:
                self._returns.pop(machine.node_id).cancel()
                self._expect(machine, _LOST)

    def manager_returned(self) -> None:
        """A manager that leads anew knows nothing of the nodes until they register with it."""
        for machine in self._machines.all():
            self._forget_expiry(machine)
            node = self._store.get(Node, machine.node_id)
            if node is not None and node.state != "down":
                self._store.update(node, state="unknown", message=_UNKNOWN)
                self._expect(machine, _LOST_AFTER_ELECTION)

    def order(self, task: Task) -> None:
        """What the manager wants of a task reaches its node, at once or later, unless the two are out of touch."""
        machine = self._machines.get(task.node_id)
        if machine is None or task.id not in machine.runs:
            return
        if machine.latency:
            self._clock.after(machine.latency, lambda: self._deliver(machine, task.id))
        else:
            self._deliver(machine, task.id)

    def report(self, machine: Machine, task_id: str) -> None:
        """What became of a task reaches the manager, at once or later, unless the two are out of touch."""
        if machine.latency:
            self._clock.after(machine.latency, lambda: self._tell(machine, task_id))
        else:
            self._tell(machine, task_id)

    def catch_up(self, run: Run) -> None:
        """In touch again: the manager hears what became of a task, and the node what is wanted of it."""
        self._tell(run.machine, run.task.id)
        self._deliver(run.machine, run.task.id)

    def _deliver(self, machine: Machine, task_id: str) -> None:
        run = machine.runs.get(task_id)
        if run is None or not machine.in_touch:
            return
        task = self._store.get(Task, task_id)
        if task is None:
            run.gone = True
        else:
            run.desired = max(run.desired, task.desired)
        self._fibers.changed(run.key)

    def _tell(self, machine: Machine, task_id: str) -> None:
        run = machine.runs.get(task_id)
        if run is None or not run.unsent or not machine.in_touch:
            return
        fields, run.unsent = run.unsent, {}
        task = self._store.get(Task, task_id)
        if task is not None and task.state <= fields["state"]:
            self._store.update(task, **fields)

    def _lose(self, machine: Machine) -> None:
        machine.in_touch = False
        if self._machines.manager.up:
            self._expect(machine, _LOST)

    def _expect(self, machine: Machine, message: str) -> None:
        self._forget_expiry(machine)
        self._expiries[machine.node_id] = self._gate.after(LOST_AFTER, lambda: self._expire(machine, message))

    def _forget_expiry(self, machine: Machine) -> None:
        timer = self._expiries.pop(machine.node_id, None)
        if timer is not None:
            timer.cancel()

    def _expire(self, machine: Machine, message: str) -> None:
        self._expiries.pop(machine.node_id, None)
        node = self._store.get(Node, machine.node_id)
        if machine.in_touch or node is None:
            return
        self._store.update(node, state="down", message=message)
        self._expiries[machine.node_id] = self._gate.after(_ORPHANED_AFTER, lambda: self._orphan(machine))

    def _orphan(self, machine: Machine) -> None:
        for task in self._store.tasks_on(machine.node_id):
            if TaskState.ASSIGNED <= task.state <= TaskState.RUNNING:
                self._store.update(task, state=TaskState.ORPHANED)

    def _await(self, machine: Machine) -> None:
        """The agent of a machine that can be reached again registers: soon when it was not given up yet."""
        node = self._store.get(Node, machine.node_id)
        known = node is not None and node.state == "ready"
        delay = _SHORT_RETURN if known else _RETURN
        if known:
            self._forget_expiry(machine)
        if machine is self._machines.manager:
            delay = _BOOT
        self._returns[machine.node_id] = self._clock.after(delay, lambda: self._register(machine))

    def _register(self, machine: Machine) -> None:
        self._returns.pop(machine.node_id, None)
        self._forget_expiry(machine)
        machine.in_touch = True
        node = self._store.get(Node, machine.node_id)
        if node is not None and node.state != "ready":
            self._store.update(node, state="ready", message="")
        self.registered(machine)
