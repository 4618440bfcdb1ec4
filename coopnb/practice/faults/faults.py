"""Makes faults happen: on command, or when the world says so."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from coopnb.practice.agents.agents import Agents
from coopnb.practice.agents.ailments import CrashLoop
from coopnb.practice.agents.health import effective_healthcheck
from coopnb.practice.agents.machines import Machine, Machines
from coopnb.practice.agents.registry import Registry
from coopnb.practice.agents.sessions import LOST_AFTER, Sessions
from coopnb.practice.clock import SECOND, Clock
from coopnb.practice.containers import Containers
from coopnb.practice.fault_table import FAULTS, NODE, Fault, FaultError, check_fault, fault_named, read_settings
from coopnb.practice.faults.targets import find_machine, find_patient, find_running
from coopnb.practice.gate import Gate
from coopnb.practice.journal import Journal
from coopnb.practice.objects import Task
from coopnb.practice.store import Store
from coopnb.practice.world import FaultSeed, familiar
from coopnb.practice.world.values import WorldError

_Settings = dict[str, float]
_POWER = ("node-down", "node-up", "manager-down", "manager-up")


@dataclass(frozen=True, slots=True)
class ActiveFault:
    """A fault that lasts: since when (nanoseconds since 1970), and what is so."""

    name: str
    target: str
    since: int
    sentence: str


class Faults:
    """The faults of one swarm; ``missed`` says which scheduled ones could not happen, and why."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        gate: Gate,
        containers: Containers,
        registry: Registry,
        machines: Machines,
        sessions: Sessions,
        agents: Agents,
        journal: Journal,
        settle: Callable[[], None],
        lead: Callable[[], None],
    ) -> None:
        self.missed: list[str] = []
        self._store = store
        self._clock = clock
        self._gate = gate
        self._containers = containers
        self._registry = registry
        self._machines = machines
        self._sessions = sessions
        self._lead = lead
        self._agents = agents
        self._journal = journal
        self._settle = settle
        self._active: dict[tuple[str, str], ActiveFault] = {}
        self._acts: dict[str, Callable[[str, _Settings], tuple[str, str]]] = {
            "node-down": lambda target, _: self._power(self._machine(target), up=False),
            "node-up": lambda target, _: self._power(self._machine(target), up=True),
            "manager-down": lambda _target, _: self._power(self._machines.manager, up=False),
            "manager-up": lambda _target, _: self._power(self._machines.manager, up=True),
            "partition": lambda target, _: self._cut(self._machine(target), cut=True),
            "heal": lambda target, _: self._cut(self._machine(target), cut=False),
            "disk-full": lambda target, _: self._fill(self._machine(target), full=True),
            "disk-free": lambda target, _: self._fill(self._machine(target), full=False),
            "registry-down": lambda target, _: self._refuse(target or "*", down=True),
            "registry-up": lambda target, _: self._refuse(target or "*", down=False),
            "image-withdrawn": lambda target, _: self._withdraw(target, gone=True),
            "image-restored": lambda target, _: self._withdraw(target, gone=False),
            "kill": lambda target, _: self._kill(target),
            "out-of-memory": lambda target, _: self._exhaust(target),
            "crash-loop": self._crash,
            "crash-loop-end": lambda target, _: self._end_crashes(target),
            "unhealthy": lambda target, _: self._sicken(target, sick=True),
            "healthy": lambda target, _: self._sicken(target, sick=False),
            "slow-link": self._slow,
            "fast-link": lambda target, _: self._hasten(target),
        }

    @property
    def known(self) -> tuple[Fault, ...]:
        """Every fault that there is."""
        return FAULTS

    def apply(self, name: str, target: str = "", **settings: object) -> str:
        """Let something go wrong, or be well again; a sentence says what is so from here on.

        Raises:
            FaultError: no such fault, target or setting.
        """
        self._clock.catch_up()
        self._settle()
        moment = self._journal.moment()
        sentence = self._apply(name, target, dict(settings))
        self._journal.fault(moment, name, target, settings)
        self._settle()
        return sentence

    def active(self) -> list[ActiveFault]:
        """The faults that last, oldest first."""
        return list(self._active.values())

    def schedule(self, seeds: Iterable[FaultSeed]) -> None:
        """Let faults happen when they are due.

        Raises:
            WorldError: one names a node that is not there.
        """
        hostnames = [machine.hostname for machine in self._machines.all()]
        for at, seed in enumerate(seeds):
            try:
                check_fault(seed.fault, seed.target, seed.settings, hostnames)
            except FaultError as error:
                raise WorldError(f"world: faults.{at}: {error}") from None
            if seed.at:
                self._clock.after(seed.at, lambda seed=seed: self._happen(seed))  # type: ignore[misc]
            else:
                self._happen(seed)

    def _happen(self, seed: FaultSeed) -> None:
        try:
            self._apply(seed.fault, seed.target, dict(seed.settings))
        except FaultError as error:
            self.missed.append(f"{seed.fault} {seed.target}, due after {seed.at / SECOND:g} s: {error}")

    def _apply(self, name: str, target: str, settings: dict[str, object]) -> str:
        fault = fault_named(name)
        hostnames = [target] if fault.target == NODE else []  # a node may be meant by its id: it is looked up later
        check_fault(name, target, settings, hostnames)
        hit, sentence = self._acts[name](target, read_settings(fault, settings))
        if not fault.inverse:
            return sentence
        for other in _POWER if name in _POWER else (name, fault.inverse):
            self._active.pop((other, hit), None)
        if _lasts(fault):
            self._active[name, hit] = ActiveFault(name, hit, self._clock.now, sentence)
        return sentence

    def _machine(self, target: str) -> Machine:
        return find_machine(self._machines, target)

    def _power(self, machine: Machine, *, up: bool) -> tuple[str, str]:
        manager = machine is self._machines.manager
        if machine.up != up:
            if up:
                self._agents.power_on(machine)
            else:
                self._agents.power_off(machine)
            if manager and up:
                self._gate.open()
                self._sessions.manager_returned()
                self._lead()
            elif manager:
                self._gate.shut()
            self._sessions.review()
        if manager:
            word = (
                "is back, and the nodes register with it" if up else "is lost: nobody answers, nothing is orchestrated"
            )
            return machine.hostname, f"{machine.hostname}, the manager, {word}."
        lost = f"is down; the swarm says so {LOST_AFTER / SECOND:g} s after it was last heard"
        return machine.hostname, f"{machine.hostname} {'is booting' if up else lost}."

    def _cut(self, machine: Machine, *, cut: bool) -> tuple[str, str]:
        machine.cut = cut
        self._sessions.review()
        lost = f"is cut off; the swarm says so {LOST_AFTER / SECOND:g} s after it was last heard"
        return machine.hostname, f"{machine.hostname} {lost if cut else 'can be reached again'}."

    def _fill(self, machine: Machine, *, full: bool) -> tuple[str, str]:
        machine.full = full
        return machine.hostname, f"The disk of {machine.hostname} {'is full' if full else 'has room again'}."

    def _refuse(self, host: str, *, down: bool) -> tuple[str, str]:
        if down:
            self._registry.down[host] = None
        elif host == "*":
            self._registry.down.clear()
            for active in [key for key in self._active if key[0] == "registry-down"]:
                del self._active[active]
        else:
            self._registry.down.pop(host, None)
        subject = "No registry" if host == "*" and down else "Every registry" if host == "*" else f"The registry {host}"
        verb = "answers" if host == "*" and down else "does not answer" if down else "answers again"
        return host, f"{subject} {verb}."

    def _withdraw(self, pattern: str, *, gone: bool) -> tuple[str, str]:
        tagged = ":" in pattern.rpartition("/")[2] or "*" not in pattern
        name = familiar(pattern if tagged else f"{pattern}:*")
        if gone:
            self._registry.withdrawn[name] = None
            return name, f"No registry has {name} any more."
        if name not in self._registry.withdrawn:
            raise FaultError(f"{name} was not withdrawn", self._registry.withdrawn)
        del self._registry.withdrawn[name]
        return name, f"Registries have {name} again."

    def _kill(self, target: str) -> tuple[str, str]:
        found = find_running(self._store, self._containers, target)
        for container in found:
            self._agents.processes.end(container, 137)
        return target, f"{_containers(len(found))} of {target} killed."

    def _exhaust(self, target: str) -> tuple[str, str]:
        found = find_running(self._store, self._containers, target)
        for container in found:
            self._agents.processes.run_out_of_memory(container)
        return target, f"{_containers(len(found))} of {target} killed for want of memory."

    def _crash(self, target: str, settings: _Settings) -> tuple[str, str]:
        patient = find_patient(self._store, target)
        loop = CrashLoop(round(settings["after"] * SECOND), int(settings["exit_code"]))
        self._agents.ailments.crashing[patient.id] = loop
        for container in self._containers.all():
            if container.state == "running" and patient.id in (container.task.service_id, container.task.id):
                self._agents.processes.crash_later(container, loop)
        return patient.name, f"Containers of {patient.name} crash {settings['after']:g} s after their start."

    def _end_crashes(self, target: str) -> tuple[str, str]:
        patient = find_patient(self._store, target)
        self._agents.ailments.crashing.pop(patient.id, None)
        return patient.name, f"Containers of {patient.name} crash no more."

    def _sicken(self, target: str, *, sick: bool) -> tuple[str, str]:
        patient = find_patient(self._store, target)
        spec = patient.spec if isinstance(patient, Task) else patient.spec["TaskTemplate"]
        image = self._registry.world.image(spec["ContainerSpec"]["Image"])
        if effective_healthcheck(spec, image) is None:
            raise FaultError(f"{patient.name} has no healthcheck", hint="give it one, or kill it")
        if sick:
            self._agents.ailments.sick[patient.id] = None
        else:
            self._agents.ailments.sick.pop(patient.id, None)
        return patient.name, f"The probes of {patient.name} {'fail' if sick else 'pass again'}."

    def _slow(self, target: str, settings: _Settings) -> tuple[str, str]:
        machine = self._machine(target)
        latency, factor = settings["latency"], settings["factor"]
        machine.latency, machine.slowness = round(latency * SECOND), factor
        sentence = f"Messages to and from {machine.hostname} take {latency:g} s, pulls {factor:g} times as long."
        return machine.hostname, sentence

    def _hasten(self, target: str) -> tuple[str, str]:
        machine = self._machine(target)
        machine.latency, machine.slowness = 0, 1.0
        return machine.hostname, f"The link of {machine.hostname} is as fast as before."


def _lasts(fault: Fault) -> bool:
    """Whether a fault is a trouble that lasts, and not the end of one: the trouble stands first in the table."""
    names = [known.name for known in FAULTS]
    return names.index(fault.name) < names.index(fault.inverse)


def _containers(count: int) -> str:
    return "1 container" if count == 1 else f"{count} containers"
