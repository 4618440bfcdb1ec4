"""The filters a node passes before it may run a task, and the words for those it fails.

After swarmkit's manager/scheduler (filter.go, pipeline.go): a node counts under the first filter it
fails; the reasons are joined, the most frequent first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from coopnb.practice.objects import Task
from coopnb.practice.scheduler.constraints import architecture, meets
from coopnb.practice.scheduler.room import Room, host_ports, reservations

LOG_DRIVERS = frozenset(
    ("awslogs", "fluentd", "gcplogs", "gelf", "journald", "json-file", "local", "none", "splunk", "syslog")
)
"""The log drivers that every node here has."""


@dataclass(frozen=True, slots=True)
class Filter:
    """A test of a node for a task, and how a failure of it reads for a number of nodes."""

    passes: Callable[[Task, Room], bool]
    explain: Callable[[int], str]


def _ready(_task: Task, room: Room) -> bool:
    return room.node.state == "ready" and room.node.availability == "active"


def _resources(task: Task, room: Room) -> bool:
    nano_cpus, memory = reservations(task.spec)
    return nano_cpus <= room.nano_cpus and memory <= room.memory


def _plugins(task: Task, _room: Room) -> bool:
    mounts = task.spec.get("ContainerSpec", {}).get("Mounts") or []
    drivers = {
        ((mount.get("VolumeOptions") or {}).get("DriverConfig") or {}).get("Name") or "local"
        for mount in mounts
        if mount.get("Type") == "volume"
    }
    log_driver = (task.spec.get("LogDriver") or {}).get("Name") or "json-file"
    return drivers <= {"local"} and log_driver in LOG_DRIVERS


def _constraints(task: Task, room: Room) -> bool:
    return meets(room.node, task.spec.get("Placement"))


def _platform(task: Task, room: Room) -> bool:
    platforms = (task.spec.get("Placement") or {}).get("Platforms") or []
    wanted = [(p.get("OS", "").lower(), architecture(p.get("Architecture", ""))) for p in platforms]
    found = (room.node.os.lower(), architecture(room.node.architecture))
    return not wanted or any(os in ("", found[0]) and arch in ("", found[1]) for os, arch in wanted)


def _host_ports(task: Task, room: Room) -> bool:
    return not host_ports(task.endpoint_spec) & room.ports


def _max_replicas(task: Task, room: Room) -> bool:
    limit: int = (task.spec.get("Placement") or {}).get("MaxReplicas", 0)
    return limit == 0 or room.by_service[task.service_id] < limit


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


def suitable(task: Task, rooms: Iterable[Room]) -> tuple[list[Room], str]:
    """The nodes that may run a task, and why there is none (empty when there is one)."""
    fits: list[Room] = []
    failures: Counter[int] = Counter()
    for room in rooms:
        failed = next((at for at, test in enumerate(PIPELINE) if not test.passes(task, room)), None)
        if failed is None:
            fits.append(room)
        else:
            failures[failed] += 1
    if fits:
        return fits, ""
    ordered = sorted(failures.items(), key=lambda item: (-item[1], item[0]))
    explanation = "; ".join(PIPELINE[at].explain(count) for at, count in ordered)
    return [], f"no suitable node ({explanation})" if explanation else "no suitable node"
