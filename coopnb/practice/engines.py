"""The engines under the swarm: one a machine, with what it keeps whether or not it is in a swarm."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from coopnb.practice.execs import Exec
from coopnb.practice.images import Images
from coopnb.practice.objects import Node
from coopnb.practice.store import Change
from coopnb.practice.world import World


@dataclass(frozen=True, slots=True)
class Volume:
    """A named volume of one engine; ``created`` in nanoseconds since 1970."""

    name: str
    created: int
    labels: dict[str, str] = field(default_factory=dict)
    options: dict[str, str] | None = None
    anonymous: bool = False


@dataclass(slots=True)
class Engine:
    """The engine of one machine; ``node_id`` is empty while it is in no swarm."""

    hostname: str
    address: str
    nano_cpus: int
    memory: int
    node_id: str = ""
    is_manager: bool = False
    images: Images = field(default_factory=Images)
    volumes: dict[str, Volume] = field(default_factory=dict)
    execs: dict[str, Exec] = field(default_factory=dict)
    execs_made: int = 0


class Engines:
    """All engines by hostname; ``home`` is the one that is asked when nobody says which."""

    def __init__(self, world: World, seed: int) -> None:
        self._seed = seed
        self._engines = {
            node.hostname: Engine(node.hostname, f"10.97.0.{at + 1}", node.nano_cpus, node.memory)
            for at, node in enumerate(world.nodes)
        }
        self._hostnames: dict[str, str] = {}
        self.home = self._engines[next(node.hostname for node in world.nodes if node.role == "manager")]

    def all(self) -> list[Engine]:
        """Every engine."""
        return list(self._engines.values())

    def get(self, hostname: str) -> Engine | None:
        """The engine of a machine; of the manager's for an empty name; None when there is no such machine."""
        return self._engines.get(hostname) if hostname else self.home

    def of_node(self, node_id: str) -> Engine | None:
        """The engine that is or once was this node."""
        return self._engines.get(self._hostnames.get(node_id, ""))

    def managers(self) -> list[Engine]:
        """The engines that know the swarm's state and hear of its changes."""
        return [engine for engine in self._engines.values() if engine.is_manager]

    def engine_id(self, engine: Engine) -> str:
        """The id that an engine gives itself: in the shape of a UUID, the same for the same seed."""
        digits = hashlib.sha256(f"practice engine {self._seed} {engine.hostname}".encode()).hexdigest()
        return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:32]))

    def changed(self, change: Change) -> None:
        """Keep up with who is in the swarm, and as what."""
        node = change.object
        if not isinstance(node, Node):
            return
        self._hostnames[node.id] = node.hostname
        engine = self._engines.get(node.hostname)
        if engine is None:
            return
        if change.new is not None:
            engine.node_id, engine.is_manager = node.id, node.role == "manager"
        elif engine.node_id == node.id:
            engine.node_id, engine.is_manager = "", False
