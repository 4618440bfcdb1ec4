"""A world with more or fewer nodes than its file says."""

from __future__ import annotations

from dataclasses import replace

from coopnb.practice.world import NodeSeed, World, WorldError

MOST_NODES = 500


def with_nodes(world: World, count: int) -> World:
    """The world with so many nodes: the first of its own, then workers like its last one, without labels.

    Raises:
        WorldError: no manager would be left, or there would be too many.
    """
    if not 1 <= count <= MOST_NODES:
        raise WorldError(f"a practice swarm has 1 to {MOST_NODES} nodes, not {count}")
    kept = world.nodes[:count]
    if not any(node.role == "manager" for node in kept):
        raise WorldError(f"among the first {count} nodes of the world is no manager")
    taken = {node.hostname for node in kept}
    names = (name for number in range(1, 2 * MOST_NODES) if (name := f"node{number}") not in taken)
    like = kept[-1]
    more = (_another(like, next(names)) for _ in range(count - len(kept)))
    return replace(world, nodes=(*kept, *more))


def _another(like: NodeSeed, hostname: str) -> NodeSeed:
    return replace(like, hostname=hostname, role="worker", labels={}, availability="active")
