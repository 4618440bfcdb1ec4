"""What of a whole swarm is a concern, and to whom."""

from __future__ import annotations

import pytest

from coopnb.model.fleet import Concern, ServerHealth, ServiceHealth, SwarmHealth
from coopnb.model.history import NodeLoad
from coopnb.model.server import ServerRow
from coopnb.observe.fleet import concerns

ROW = ServerRow("node1.example.org", "ssh://node1.example.org", True, "26.1.5", 3, "manager")
WELL = ServiceHealth("wiki_example_org_app", "wiki_example_org", 2, 2)


def of(*services: ServiceHealth, nodes: tuple[NodeLoad, ...] = ()) -> list[Concern]:
    """The concerns of one server."""
    return concerns([ServerHealth(ROW, SwarmHealth(nodes, services))])


def service(**changes: object) -> ServiceHealth:
    """A service that stands otherwise than well."""
    values = {"name": WELL.name, "stack": WELL.stack, "wanted": 2, "running": 2, **changes}
    return ServiceHealth(**values)  # type: ignore[arg-type]


def test_what_is_as_wanted_is_no_concern() -> None:
    """A server on which all tasks run and all nodes are ready must have nothing to say."""
    assert of(WELL, service(update="completed"), nodes=(NodeLoad("node1", "ready", 2, 0),)) == []


@pytest.mark.parametrize(
    ("changes", "weight", "said"),
    [
        ({"running": 1}, "not as wanted", "1 of 2 tasks run"),
        (
            {"running": 1, "waits": "no suitable node (1 node not available)"},
            "not as wanted",
            "1 of 2 tasks run, the next waits: no suitable node (1 node not available)",
        ),
        ({"running": 1, "update": "updating"}, "not as wanted", "1 of 2 tasks run; an update is under way"),
        ({"update": "updating"}, "", ""),
        ({"update": "paused", "message": "task failed"}, "not as wanted", "its update is paused (task failed)"),
        ({"update": "rollback_completed"}, "not as wanted", "its last update was rolled back"),
        ({"update": "rollback_paused"}, "not as wanted", "its rollback is paused"),
        ({"restarts": 1, "reason": "exit 1"}, "to know", "restarted once in the last hour: exit 1"),
        ({"restarts": 3, "reason": "exit 1"}, "not as wanted", "restarted 3 times in the last hour: exit 1"),
        (
            {"restarts": 4, "at_least": True, "reason": "exit 1"},
            "not as wanted",
            "restarted at least 4 times in the last hour: exit 1",
        ),
    ],
)
def test_each_service_that_is_not_as_wanted_is_told(changes: dict[str, object], weight: str, said: str) -> None:
    """Missing tasks, updates that stopped or were undone, and restarts must be told in words, once a service."""
    found = of(service(**changes))

    assert [(item.weight, item.what) for item in found] == ([(weight, said)] if said else [])


def test_nodes_that_are_lost_need_a_person_and_drained_ones_do_not() -> None:
    """A node that is down must fail the check; one that somebody drained is only worth knowing."""
    nodes = (NodeLoad("node1", "down", 0, 0), NodeLoad("node2", "drained", 0, 0), NodeLoad("", "", 0, 1))

    assert [(item.weight, item.subject) for item in of(nodes=nodes)] == [
        ("not as wanted", "node1"),
        ("to know", "node2"),
    ]


def test_servers_that_cannot_be_used_are_told_first() -> None:
    """No answer comes before all else; an engine without a swarm needs a person; a practice swarm at rest does not."""
    lost = ServerRow("node2", error="no answer within 10 s", next="coopnb server check node2")
    idle = ServerRow("node3", reachable=True, swarm="inactive", error="not a manager")
    resting = ServerRow("practice", practice=True, next="it is started when it is used")
    found = concerns(
        [
            ServerHealth(resting),
            ServerHealth(ROW, SwarmHealth((), (service(running=0),))),
            ServerHealth(idle),
            ServerHealth(lost),
        ]
    )

    assert [(item.weight, item.server) for item in found] == [
        ("not reachable", "node2"),
        ("not as wanted", "node1.example.org"),
        ("not as wanted", "node3"),
        ("to know", "practice"),
    ]


def test_the_command_to_run_next_names_the_app() -> None:
    """The hint must carry server and domain; without files of the app, its stack's name."""
    health = [ServerHealth(ROW, SwarmHealth((), (service(running=0),)))]
    known = {(ROW.name, "wiki_example_org"): "wiki.example.org"}

    assert concerns(health, known)[0].next == (
        "coopnb run app-is-down -p server=node1.example.org -p domain=wiki.example.org"
    )
    assert concerns(health)[0].next.endswith("-p domain=wiki_example_org")
