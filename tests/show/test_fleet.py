"""The fleet, displayed."""

from __future__ import annotations

from coopnb.model.fleet import Concern, ServerHealth, ServiceHealth, SwarmHealth
from coopnb.model.history import NodeLoad
from coopnb.model.server import ServerRow
from coopnb.show.fleet import fleet_charts_output, fleet_output, headline
from coopnb.show.fleet_form import FleetForm
from tests.show.test_hostile import HOSTILE, acting, assert_harmless

WELL = ServerHealth(
    ServerRow("practice", "unix:///run/p.sock", True, "26.1.5", 3, "manager", practice=True),
    SwarmHealth((NodeLoad("node1", "ready", 1, 0),), (ServiceHealth("wiki_app", "wiki", 1, 1),)),
)
LOST = ServerHealth(ServerRow("node2", error="no answer within 10 s"))
SHORT = ServerHealth(
    ServerRow("node3", "ssh://node3", True, "26.1.5", 2, "manager"),
    SwarmHealth((NodeLoad("alpha", "down", 0, 0),), (ServiceHealth("shop_app", "shop", 2, 0, "paused", restarts=4),)),
)
CONCERNS = (
    Concern("not reachable", "node2", "", "no answer within 10 s", "coopnb server check node2"),
    Concern("not as wanted", "node3", "shop_app", "0 of 2 tasks run"),
    Concern("to know", "node3", "alpha", "the node is drained"),
)


def test_what_needs_a_person_stands_first() -> None:
    """The first line counts, then come the concerns by weight, and then every server."""
    text = fleet_output([WELL, SHORT, LOST], CONCERNS).text
    order = ["3 servers: 1 cannot be reached, 1 needs a person, 1 as wanted", "✗ not reachable  node2"]
    order += ["coopnb server check node2", "✗ not as wanted  node3", "Worth knowing:", "the node is drained"]
    order += ["practice (a practice swarm, 3 nodes): 1 of 1 task run", "node3 (2 nodes): 0 of 2 tasks run"]
    order += ["shop_app  0 of 2 run  4 restarts  paused", "node2: not reachable"]

    assert [text.find(part) for part in order] == sorted(text.find(part) for part in order)
    assert -1 not in [text.find(part) for part in order]


def test_all_is_well_is_said() -> None:
    """Without a concern nothing may be listed as one."""
    text = fleet_output([WELL], ()).text

    assert text.startswith("1 server: 1 as wanted\n") and "person" not in text
    assert headline([], ()) == "0 servers: 0 as wanted"


def test_each_server_that_was_seen_is_drawn() -> None:
    """One drawing a server that answered, with its numbers as a table; without any, a sentence."""
    html = fleet_charts_output([WELL, LOST, SHORT]).html

    assert html.count("<svg") == 2 and html.count("<table") == 2
    assert fleet_charts_output([LOST]).text == "No server could be looked at, so there is nothing to draw."


def test_what_servers_say_is_harmless() -> None:
    """Names and errors of servers, nodes and services must be shown as they are written."""
    row = ServerRow(HOSTILE, HOSTILE, True, HOSTILE, 1, "manager")
    swarm = SwarmHealth((NodeLoad(HOSTILE, HOSTILE, 1, 1),), (ServiceHealth(HOSTILE, HOSTILE, 1, 0, HOSTILE),))
    concern = Concern("not as wanted", HOSTILE, HOSTILE, HOSTILE, HOSTILE)
    for output in (
        fleet_output([ServerHealth(row, swarm)], [concern]),
        fleet_charts_output([ServerHealth(row, swarm)]),
    ):
        assert_harmless(output.html)
        assert acting(output.html) == acting(output.text) == set()


def test_all_servers_are_ticked_unless_some_are_named() -> None:
    """Blank means all; a named server that nobody knows is offered too."""
    assert FleetForm(["a", "b"]).value == ("a", "b")
    form = FleetForm(["a", "b"], ["b", "unix:///x"])
    assert list(form.value) == ["b", "unix:///x"]
    form.ticks["a"].value = True
    assert list(form.value) == ["a", "b", "unix:///x"]
