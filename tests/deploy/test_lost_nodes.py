"""Tasks of a node that is gone, while a rollout is watched."""

from __future__ import annotations

from coopnb.deploy.run import heard_of
from coopnb.model.snapshot import NodeSeen
from tests.nouns import task

NODES = (
    NodeSeen("node1", "node1", "manager", "active", "ready"),
    NodeSeen("node2", "node2", "worker", "active", "down"),
)


def test_a_lost_node_is_not_waited_for() -> None:
    """A task that a lost node was told to stop runs on in its last report for ever, and must hold up nothing."""
    stays, told_to_stop, still_wanted = (
        task("running", "shutdown", id="stays", node_id="node1"),
        task("running", "shutdown", id="lost", node_id="node2"),
        task("running", "running", id="wanted", node_id="node2"),
    )
    assert heard_of((stays, told_to_stop, still_wanted), NODES) == (stays, still_wanted)
