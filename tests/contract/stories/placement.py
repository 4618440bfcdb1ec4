"""Services that find no node, and some that do."""

from __future__ import annotations

from typing import Any

from tests.contract.garden import Garden, Script, Waiting
from tests.contract.swarm import SECOND

PLACEMENT = "TaskTemplate.Placement"
RESOURCES = "TaskTemplate.Resources"


def homeless(name: str, **keys: Any) -> Script:
    """A story of a service that stays pending."""

    def story(garden: Garden) -> Waiting:
        garden.swarm.create(name, "t/well:1", **keys)
        yield lambda: any(life.error for life in garden.now(name))

    story.__name__ = name
    return story


def host_port(garden: Garden) -> Waiting:
    """Two replicas that want the same port of a node."""
    port = {"Ports": [{"TargetPort": 80, "PublishedPort": 8111, "PublishMode": "host"}]}
    garden.swarm.create("host_port", "t/well:1", replicas=2, EndpointSpec=port)
    yield lambda: garden.ended("host_port", "running") and any(life.error for life in garden.now("host_port"))


def per_node(garden: Garden) -> Waiting:
    """Two replicas of which a node may have one."""
    garden.swarm.create("per_node", "t/well:1", replicas=2, at={PLACEMENT: {"MaxReplicas": 1}})
    yield lambda: garden.ended("per_node", "running") and any(life.error for life in garden.now("per_node"))


def everywhere(garden: Garden) -> Waiting:
    """A global service."""
    garden.swarm.create("everywhere", "t/well:1", Mode={"Global": {}})
    yield lambda: garden.running("everywhere")


def nowhere(garden: Garden) -> Waiting:
    """A global service that no node may have."""
    garden.swarm.create(
        "nowhere", "t/well:1", Mode={"Global": {}}, at={PLACEMENT: {"Constraints": ["node.role==worker"]}}
    )
    yield garden.pause(2)


def placed(garden: Garden) -> Waiting:
    """Constraints that the node meets, in all their spellings."""
    met = ["node.role == manager", "node.hostname!=node2", "node.platform.os==LINUX", "node.labels.none != x"]
    garden.swarm.create("placed", "t/well:1", at={PLACEMENT: {"Constraints": met}})
    yield lambda: garden.running("placed")


def housed_late(garden: Garden) -> Waiting:
    """A service that asks for too much, and then for less."""
    garden.swarm.create("housed_late", "t/well:1", at={RESOURCES: {"Reservations": {"NanoCPUs": 100 * SECOND}}})
    yield lambda: any(life.error for life in garden.now("housed_late"))
    garden.swarm.update("housed_late", {RESOURCES: {"Reservations": {"NanoCPUs": SECOND // 100}}})
    yield lambda: garden.running("housed_late")


STORIES = (
    homeless("constrained", at={PLACEMENT: {"Constraints": ["node.labels.none==x"]}}),
    homeless("hungry", at={RESOURCES: {"Reservations": {"NanoCPUs": 100 * SECOND}}}),
    homeless("starving", at={RESOURCES: {"Reservations": {"MemoryBytes": 2**42}}}),
    homeless("foreign", at={PLACEMENT: {"Platforms": [{"Architecture": "s390x", "OS": "linux"}]}}),
    homeless("logless", at={"TaskTemplate.LogDriver": {"Name": "nope"}}),
    host_port,
    per_node,
    everywhere,
    nowhere,
    placed,
    housed_late,
)
