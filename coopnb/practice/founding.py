"""How a swarm begins: as the world has it, or anew with ``docker swarm init``; and how it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coopnb.practice.clock import SECOND
from coopnb.practice.engines import Engine
from coopnb.practice.objects import Cluster, Config, Json, Network, Node, Secret, Service, Stored, Task

if TYPE_CHECKING:
    from coopnb.practice.swarm import PracticeSwarm

_HELD: tuple[type[Stored], ...] = (Service, Task, Secret, Config, Network, Node, Cluster)

_FIRST_VXLAN = 4096
_BEFORE = 9
"""The log of a real swarm has so many entries before its first object."""


def default_spec() -> Json:
    """The spec of a swarm of which nobody said anything (swarmkit's api/defaults, and manager.go)."""
    return {
        "Name": "default",
        "Labels": {},
        "Orchestration": {"TaskHistoryRetentionLimit": 5},
        "Raft": {
            "SnapshotInterval": 10000,
            "KeepOldSnapshots": 0,
            "LogEntriesForSlowFollowers": 500,
            "ElectionTick": 10,
            "HeartbeatTick": 1,
        },
        "Dispatcher": {"HeartbeatPeriod": 5 * SECOND},
        "CAConfig": {"NodeCertExpiry": 90 * 24 * 3600 * SECOND},
        "TaskDefaults": {},
        "EncryptionConfig": {"AutoLockManagers": False},
    }


def populate(swarm: PracticeSwarm) -> None:
    """Make what the world begins with: the swarm, its nodes, its networks."""
    world = swarm.world
    swarm.store.index = _BEFORE
    swarm.store.create(Cluster(id=swarm.ids.object_id(), spec=default_spec()))
    leader = next(at for at, seed in enumerate(world.nodes) if seed.role == "manager")
    for at, seed in enumerate(world.nodes):
        swarm.store.create(
            Node(
                id=swarm.ids.object_id(),
                hostname=seed.hostname,
                address=f"10.97.0.{at + 1}",
                role=seed.role,
                availability=seed.availability,
                labels=seed.labels,
                engine_labels=seed.engine_labels,
                nano_cpus=seed.nano_cpus,
                memory=seed.memory,
                generic=seed.generic,
                architecture=seed.architecture,
                os=seed.os,
                leader=at == leader,
            )
        )
    for name, driver in (("bridge", "bridge"), ("host", "host"), ("none", "null")):
        ipam = ({"Subnet": "172.17.0.0/16", "Gateway": "172.17.0.1"},) if name == "bridge" else ()
        swarm.store.create(Network(id=swarm.ids.container_id(), name=name, driver=driver, scope="local", ipam=ipam))
    _make_ingress(swarm)
    for network in world.networks:
        swarm.store.create(
            Network(
                id=swarm.ids.object_id(),
                name=network.name,
                attachable=network.attachable,
                internal=network.internal,
                labels=network.labels,
                ipam=(swarm.allocator.subnet(),),
                vxlan=next_vxlan(swarm),
            )
        )


def next_vxlan(swarm: PracticeSwarm) -> int:
    """The number of a new overlay network on the wire: they count up from 4096."""
    return max([_FIRST_VXLAN - 1, *(network.vxlan for network in swarm.store.all(Network))]) + 1


def found(swarm: PracticeSwarm, engine: Engine, cluster: Cluster, availability: str) -> Node:
    """Make a new swarm whose only node is the machine of ``engine``."""
    seed = swarm.world.node(engine.hostname)
    swarm.store.create(cluster)
    node = swarm.store.create(
        Node(
            id=swarm.ids.object_id(),
            hostname=engine.hostname,
            address=engine.address,
            role="manager",
            availability=availability,
            engine_labels=seed.engine_labels,
            nano_cpus=engine.nano_cpus,
            memory=engine.memory,
            generic=seed.generic,
            architecture=seed.architecture,
            os=seed.os,
            leader=True,
        )
    )
    _make_ingress(swarm)
    return node


def disband(swarm: PracticeSwarm) -> None:
    """The last manager has left: all that the swarm knew is gone, and its containers with it."""
    for kind in _HELD:
        for item in swarm.store.all(kind):
            if not isinstance(item, Network) or item.scope == "swarm":
                swarm.store.remove(item)


def _make_ingress(swarm: PracticeSwarm) -> None:
    subnet = swarm.allocator.subnet()
    swarm.store.create(
        Network(id=swarm.ids.object_id(), name="ingress", ingress=True, ipam=(subnet,), vxlan=next_vxlan(swarm))
    )
