"""Rules that look at the whole app, and at the nodes it runs on."""

from __future__ import annotations

from coopnb.model.incident import Gathered, Lead
from coopnb.show.text import counted


def not_deployed(found: Gathered) -> Lead | None:
    """Nothing of the stack is in the swarm."""
    if found.snapshot.services:
        return None
    return Lead(
        "not deployed",
        f"nothing of {found.app} is in this swarm",
        f"no service carries the stack's name, {found.snapshot.stack}",
        "none",
        "look at the right server, or bring it back with deploy-app",
    )


def node_down(found: Gathered) -> Lead | None:
    """A node is not ready; swarm has moved what it may move."""
    lost = [node for node in found.snapshot.nodes if node.state != "ready"]
    if not lost:
        return None
    names = ", ".join(node.hostname or node.id for node in lost)
    gone = {node.id for node in lost}
    were = sum(task.node_id in gone for task in found.snapshot.tasks)
    moved = all(service.running >= service.desired for service in found.snapshot.services)
    return Lead(
        "node down",
        f"{names} {'is' if len(lost) == 1 else 'are'} not reachable",
        f"state {', '.join(sorted({node.state for node in lost}))}; {counted(were, 'task')} of the app had been there",
        "none",
        "swarm has started the tasks elsewhere; bring the node back when it suits you"
        if moved
        else "bring the node back: what cannot run elsewhere waits for it",
    )
