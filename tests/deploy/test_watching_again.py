"""Running a deployment again while what was written before is still on its way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from coopnb.errors import NotConverged
from coopnb.model.plan import Approval, Plan
from coopnb.record.ledger import utc_now
from coopnb.server import Server, connect, load_app
from tests.runbook.places import Place, practice_place


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """A workspace with a practice swarm whose time moves only when somebody looks."""
    with practice_place(tmp_path) as found:
        yield found


@pytest.fixture
def server(place: Place) -> Iterator[Server]:
    """The practice swarm, connected."""
    server = connect("practice", workspace=place.root)
    yield server
    server.close()


def written_and_planned_again(place: Place, server: Server, version: str) -> Plan:
    """Write an app to the swarm and look away; the plan that is made right after."""
    settings = "SECRET_DB_PASSWORD_VERSION=v1\nSECRET_DB_ROOT_PASSWORD_VERSION=v1\n"
    place.write_settings("practice", "wiki.example.org", f"TYPE=wiki\nDOMAIN=wiki.example.org\nTIMEOUT=40\n{settings}")
    app = load_app("wiki.example.org", version=version, workspace=place.root)
    plan = server.plan(app)
    server.apply(plan, approval(plan))
    again = server.plan(app)
    assert again.nothing_to_do
    return again


def approval(plan: Plan) -> Approval:
    """Somebody's word for a plan."""
    return Approval(plan.digest, "ana@laptop", "a test", utc_now())


def test_nothing_to_do_waits_for_what_is_on_its_way(place: Place, server: Server) -> None:
    """With nothing left to write, a run must end well only when every task runs."""
    plan = written_and_planned_again(place, server, "1.3.0+1.39.17")

    report = server.apply(plan, approval(plan)).wait()

    assert report.outcome == "nothing to do"
    assert report.after is not None
    assert sorted((task.service, task.state) for task in report.after.tasks) == [
        ("wiki_example_org_app", "running"),
        ("wiki_example_org_db", "running"),
    ]
    once_more = server.apply(plan, approval(plan)).wait()
    assert (once_more.outcome, once_more.samples) == ("nothing to do", ())


def test_nothing_to_do_does_not_hide_what_never_comes_up(place: Place, server: Server) -> None:
    """With nothing left to write, an app that never becomes healthy must time out with its evidence."""
    plan = written_and_planned_again(place, server, "1.4.0+1.43.0")

    with pytest.raises(NotConverged, match="wiki_example_org_app did not get there within 40 s") as failed:
        server.apply(plan, approval(plan)).wait()

    assert "unhealthy" in str(failed.value)
