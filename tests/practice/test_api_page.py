"""The page about the API says what the table of routes says, and the table says something of every call."""

from __future__ import annotations

import pytest

from coopnb.practice.route_table import ABSENT, PARTLY_ABSENT, ROUTES, Absent, Route
from tests.practice.driver import Driver
from tools.practice_api import PAGE, page


def test_the_page_is_current() -> None:
    """The page must be as the table makes it (python -m tools.practice_api writes it anew)."""
    assert PAGE.read_text(encoding="utf-8") == page()


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_every_call_says_what_it_does(route: Route) -> None:
    """Each route must have a one-line summary that ends with a full stop, and a call of its own."""
    assert route.summary.endswith(".")
    assert [other.handler for other in ROUTES if (other.method, other.path) == (route.method, route.path)] == [
        route.handler
    ]


@pytest.mark.parametrize("absent", ABSENT, ids=lambda absent: f"{absent.method} {absent.path}")
def test_what_is_left_out_is_refused_by_name(absent: Absent) -> None:
    """Each call that is left out must answer 501 with itself and the reason (404 where its container is missing)."""
    path = absent.path.replace("{id}", "x").replace("{name*}", "x").replace("{name}", "x")
    said = Driver().call(absent.method, path)
    if path.startswith("/containers/x"):
        assert (said.status, said.message) == (404, "No such container: x")
    else:
        text = f"the practice swarm does not simulate {absent.method} {path}: {absent.why}"
        assert (said.status, said.message) == (501, text)


def test_what_is_partly_left_out_is_otherwise_answered() -> None:
    """Each call of which a part is left out must be in the table of those that are answered."""
    answered = {(route.method, route.path) for route in ROUTES}
    assert {(absent.method, absent.path) for absent in PARTLY_ABSENT} <= answered
