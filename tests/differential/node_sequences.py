"""The hand-written sequences that want three nodes: nodes drained, lost, labelled, with something on them."""

from __future__ import annotations

from tests.differential.steps import Availability, Change, Create, Force, Label, Lose, Return, Sequence

_V2 = {"image": "stops:2"}

THREE_NODES = (
    Sequence(
        "a worker is drained and comes back",
        (Create("web", {"replicas": 3}), Availability(2, "drain"), Availability(2, "active"), Force("web")),
        nodes=3,
    ),
    Sequence(
        "a worker is lost and returns",
        (Create("web", {"replicas": 3}), Lose(3), Return(3)),
        nodes=3,
    ),
    Sequence(
        "a worker with a global service is lost and returns",
        (Create("agent", {"everywhere": True}), Lose(2), Return(2), Change("agent", _V2)),
        nodes=3,
    ),
    Sequence(
        "spread and constrained over three nodes",
        (
            Label(2, "disk", "ssd"),
            Label(3, "disk", "hdd"),
            Create("web", {"replicas": 3, "constraint": "node.role == worker", "spread": "node.labels.disk"}),
            Change("web", {"constraint": "node.labels.disk == ssd"}),
            Label(2, "disk", None),
            Label(3, "disk", None),
        ),
        nodes=3,
    ),
)
