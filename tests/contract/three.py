"""A swarm of three nodes, real or practice, that can lose them: one set of words for both."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.contract.api import Api
from tests.contract.swarm import GOOD, SECOND, Swarm, spec

NAMES = ("node1", "node2", "node3")


@dataclass(frozen=True, slots=True)
class Three:
    """A manager, ``node1``, and two workers.

    Attributes:
        swarm: the manager's engine, as one-node tests know it.
        engines: the engine of every node, by host name.
        power_off, power_on: a machine stops at once, and boots again.
        cut, mend: a machine's cable is pulled, and put back.
        pause: lets some seconds go by.
    """

    swarm: Swarm
    engines: Mapping[str, Api]
    power_off: Callable[[str], None]
    power_on: Callable[[str], None]
    cut: Callable[[str], None]
    mend: Callable[[str], None]
    pause: Callable[[float], None]

    @property
    def api(self) -> Api:
        """The manager's engine."""
        return self.swarm.api

    def now(self) -> float:
        """The time by the manager's clock, in seconds since 1970."""
        return seconds(self.api.get("/info")["SystemTime"])

    def nodes(self) -> dict[str, dict[str, Any]]:
        """The nodes by host name."""
        return {node["Description"]["Hostname"]: node for node in self.api.get("/nodes")}

    def states(self) -> dict[str, str]:
        """Each node's state."""
        return {name: node["Status"]["State"] for name, node in self.nodes().items()}

    def await_states(self, states: Mapping[str, str], limit: float = 60) -> float:
        """Wait for nodes to have states; return the time by the manager's clock."""
        self.swarm.until(self.states, lambda seen: all(seen[name] == state for name, state in states.items()), limit)
        return self.now()

    def change(self, name: str, **keys: Any) -> None:
        """Write a node's spec back with some of its keys changed."""
        node = self.nodes()[name]
        target = f"/nodes/{node['ID']}/update"
        self.api.post(target, {**node["Spec"], **keys}, version=node["Version"]["Index"])

    def names(self) -> dict[str, str]:
        """Host names by node id."""
        return {node["ID"]: name for name, node in self.nodes().items()}

    def spread(self, service: str) -> dict[str, int]:
        """How many tasks of a service should run on each node."""
        names = self.names()
        wanted = [task for task in self.swarm.tasks(service) if task["DesiredState"] == "running"]
        return dict(Counter(names[task["NodeID"]] for task in wanted if task.get("NodeID")))

    def settle(self, service: str, count: int, off: Collection[str] = ()) -> list[dict[str, Any]]:
        """Wait until so many tasks of a service should run and do, none of them on a node named in ``off``."""
        return self.swarm.running(service, count, {node for node, name in self.names().items() if name in off})

    def create(self, name: str, replicas: int = 1, at: Mapping[str, Any] | None = None) -> str:
        """Create a service that sleeps, ends at once when told, and is restarted after a second."""
        keys = {
            "TaskTemplate.ContainerSpec.Command": ["sleep", "1000"],
            "TaskTemplate.ContainerSpec.StopGracePeriod": SECOND // 10,
            "TaskTemplate.RestartPolicy": {"Condition": "any", "Delay": SECOND},
            **(at or {}),
        }
        return str(self.api.post("/services/create", spec(name, GOOD, replicas, at=keys))["ID"])

    def containers(self, node: str, service: str) -> list[str]:
        """The states of the containers of a service that a node's own engine lists."""
        filters = {"label": [f"com.docker.swarm.service.name={service}"]}
        return [one["State"] for one in self.engines[node].get("/containers/json", all=True, filters=filters)]

    def tidy(self) -> None:
        """Make the nodes active, without labels, and remove all services."""
        self.swarm.remove(*(service["Spec"]["Name"] for service in self.api.get("/services")), gone=True)
        for name, node in self.nodes().items():
            if node["Spec"]["Availability"] != "active" or node["Spec"].get("Labels"):
                self.change(name, Availability="active", Labels={})


def seconds(timestamp: str) -> float:
    """An engine's timestamp (RFC 3339, nanoseconds) as seconds since 1970."""
    whole, fraction = re.fullmatch(r"([^.Z]+)(\.\d+)?Z", timestamp).groups()  # type: ignore[union-attr]
    return datetime.fromisoformat(f"{whole}+00:00").timestamp() + float(fraction or 0)
