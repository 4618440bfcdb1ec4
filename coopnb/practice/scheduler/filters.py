"""The filters a node passes before it may run a task, and the words for those it fails.

After swarmkit's manager/scheduler (filter.go, pipeline.go): a node counts under the first filter it
fails, and only those count that were asked after the last node that passed; the reasons are joined, the
most frequent first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from coopnb.practice.objects import Task
from coopnb.practice.scheduler.constraints import architecture, parse_constraints
from coopnb.practice.scheduler.room import Room, generic_reservations, host_ports, reservations

LOG_DRIVERS = frozenset(
    ("awslogs", "fluentd", "gcplogs", "gelf", "journald", "json-file", "local", "none", "splunk", "syslog")
)
"""The log drivers that every node here has."""


Test = Callable[[Room], bool]


@dataclass(frozen=True, slots=True)
class Filter:
    """Makes the test of a node for a task (None: it tests nothing of this task), and words for a number of failures."""

    prepare: Callable[[Task], Test | None]
    explain: Callable[[int], str]


def _ready(_task: Task) -> Test:
    return lambda room: room.node.state == "ready" and room.node.availability == "active"


def _resources(task: Task) -> Test | None:
    nano_cpus, memory = reservations(task.spec)
    generic = generic_reservations(task.spec)
    if not nano_cpus and not memory and not generic:
        return None

    def passes(room: Room) -> bool:
        plain = nano_cpus <= room.nano_cpus and memory <= room.memory
        return plain and all(number <= room.generic(kind) for kind, number in generic.items())

    return passes


def _plugins(task: Task) -> Test | None:
    mounts = task.spec.get("ContainerSpec", {}).get("Mounts") or []
    drivers = {
        ((mount.get("VolumeOptions") or {}).get("DriverConfig") or {}).get("Name") or "local"
        for mount in mounts
        if mount.get("Type") == "volume"
    }
    log_driver = (task.spec.get("LogDriver") or {}).get("Name") or "json-file"
    has_all = drivers <= {"local"} and log_driver in LOG_DRIVERS
    return None if has_all else lambda _room: False


def _constraints(task: Task) -> Test | None:
    constraints = parse_constraints((task.spec.get("Placement") or {}).get("Constraints") or [])
    if not constraints:
        return None
    return lambda room: all(constraint.holds(room.node) for constraint in constraints)


def _platform(task: Task) -> Test | None:
    platforms = (task.spec.get("Placement") or {}).get("Platforms") or []
    wanted = [(p.get("OS", ""), architecture(p.get("Architecture", ""))) for p in platforms]
    if not wanted:
        return None

    def passes(room: Room) -> bool:
        found = (room.node.os, architecture(room.node.architecture))
        return any(os in ("", found[0]) and arch in ("", found[1]) for os, arch in wanted)

    return passes


def _host_ports(task: Task) -> Test | None:
    ports = host_ports(task.endpoint_spec)
    return (lambda room: ports.isdisjoint(room.ports)) if ports else None


def _max_replicas(task: Task) -> Test | None:
    limit: int = (task.spec.get("Placement") or {}).get("MaxReplicas", 0)
    return (lambda room: room.by_service[task.service_id] < limit) if limit else None


def _nodes(text: str) -> Callable[[int], str]:
    return lambda count: text.format(f"{count} node" if count == 1 else f"{count} nodes")


PIPELINE = (
    Filter(_ready, _nodes("{} not available for new tasks")),
    Filter(_resources, _nodes("insufficient resources on {}")),
    Filter(_plugins, _nodes("missing plugin on {}")),
    Filter(_constraints, _nodes("scheduling constraints not satisfied on {}")),
    Filter(_platform, _nodes("unsupported platform on {}")),
    Filter(_host_ports, _nodes("host-mode port already in use on {}")),
    Filter(_max_replicas, lambda _count: "max replicas per node limit exceed"),
)


class Pipeline:
    """The filters for one task, with how many nodes each turned away since the last node that passed them all."""

    def __init__(self, task: Task) -> None:
        prepared = ((at, each.prepare(task)) for at, each in enumerate(PIPELINE))
        self._tests = [(at, test) for at, test in prepared if test is not None]
        self._failures: Counter[int] = Counter()

    def passes(self, room: Room) -> bool:
        """Whether a node may run the task; one that may makes the others' failures forgotten."""
        for at, test in self._tests:
            if not test(room):
                self._failures[at] += 1
                return False
        self._failures.clear()
        return True

    def explain(self) -> str:
        """The failures in words, most frequent first; equally frequent ones in the filters' order."""
        ordered = sorted(self._failures.items(), key=lambda item: (-item[1], item[0]))
        return "; ".join(PIPELINE[at].explain(count) for at, count in ordered)
