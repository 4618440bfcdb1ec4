"""One of the swarms that the suite is run on, and what its stories do again and again."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from tests.contract.api import Answer, Api

SECOND = 1_000_000_000
"""In specs durations are nanoseconds."""

GOOD = "busybox:1.36"
"""An image that every swarm of the suite has."""

Read = TypeVar("Read")
_PRACTICE_READS = 1_500


@dataclass(frozen=True, slots=True)
class Swarm:
    """A swarm of one node.

    Attributes:
        api: its engine.
        real: whether time passes by itself there; else it moves with each read that finds nothing new.
        older: whether it is an engine that answers otherwise where a case says ``older`` (dockerd 20.10).
    """

    api: Api
    real: bool
    older: bool = False

    def until(self, read: Callable[[], Read], good: Callable[[Read], Any], seconds: float = 30) -> Read:
        """Read until what was read is good; AssertionError, with the last reading, after ``seconds``."""
        deadline, reads = time.monotonic() + seconds, 0
        while not good(last := read()):
            reads += 1
            over = time.monotonic() > deadline if self.real else reads > _PRACTICE_READS
            assert not over, f"not so within {seconds:g} s: {last!r}"[:3_000]
            if self.real:
                time.sleep(0.05)
        return last

    def create(self, name: str, image: str = GOOD, **changes: Any) -> str:
        """Create a service, and return its id."""
        return str(self.api.post("/services/create", spec(name, image, **changes))["ID"])

    def service(self, name: str) -> dict[str, Any]:
        """A service as it is."""
        found: dict[str, Any] = self.api.get(f"/services/{name}")
        return found

    def update(self, name: str, keys: dict[str, Any] | None = None, **query: Any) -> Answer:
        """Write a service's spec back with ``keys`` (dotted paths) changed; its version is that just read."""
        service = self.service(name)
        body = patched(service["Spec"], keys or {})
        return self.api.call("POST", f"/services/{name}/update", body, version=service["Version"]["Index"], **query)

    def tasks(self, service: str = "", **filters: Iterable[str]) -> list[dict[str, Any]]:
        """The tasks of a service (or all), oldest first."""
        named: dict[str, Any] = {name.replace("_", "-"): list(values) for name, values in filters.items()}
        listed = self.api.get("/tasks", filters={**({"service": [service]} if service else {}), **named})
        return sorted(listed, key=lambda task: (task["CreatedAt"], task["Version"]["Index"]))

    def running(self, service: str, count: int = 1, off: Collection[str] = ()) -> list[dict[str, Any]]:
        """The tasks of a service that run and should, once there are ``count`` of them and no others to come.

        Where the count is the same before a change and after it, ``off`` tells the two apart: the ids of nodes on
        which none of the tasks may be.
        """

        def settled(tasks: list[dict[str, Any]]) -> bool:
            wanted = [task for task in tasks if task["DesiredState"] in ("running", "ready")]
            run = all(task["Status"]["State"] == "running" for task in wanted)
            return run and len(wanted) == count and not any(task["NodeID"] in off for task in wanted)

        return [task for task in self.until(lambda: self.tasks(service), settled) if task["DesiredState"] == "running"]

    def remove(self, *services: str, gone: bool = False) -> None:
        """Remove services that may be gone already; ``gone`` waits until their tasks are."""
        ids = {item["ID"] for name in services for item in self.api.get("/services", filters={"name": [name]})}
        for one in ids:
            self.api.call("DELETE", f"/services/{one}")
        if gone:
            self.until(self.tasks, lambda tasks: not any(task["ServiceID"] in ids for task in tasks))


def spec(name: str, image: str = GOOD, replicas: int = 1, **keys: Any) -> dict[str, Any]:
    """A service spec; keyword arguments are top-level keys, ``at`` is dotted paths into it."""
    at = keys.pop("at", {})
    base = {
        "Name": name,
        "Labels": {},
        "TaskTemplate": {"ContainerSpec": {"Image": image}},
        "Mode": {"Replicated": {"Replicas": replicas}},
        **keys,
    }
    return patched(base, at)


def patched(base: dict[str, Any], keys: dict[str, Any]) -> dict[str, Any]:
    """A copy of ``base`` with dotted paths set."""
    changed = copy.deepcopy(base)
    for path, value in keys.items():
        *parents, last = path.split(".")
        place = changed
        for parent in parents:
            place = place.setdefault(parent, {})
        place[last] = value
    return changed
