"""The network goes away in the middle of an upgrade: what was sent is told, and what is missing is planned anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.runbook.bringing import bring, will_plan
from tests.runbook.headless import coopnb
from tests.runbook.holding import holding_up
from tests.runbook.places import Place, assert_told, record_text

pytestmark = pytest.mark.timeout(300)

DOMAIN = "wiki.example.org"
OLD, NEW = "1.2.0+1.39.8", "1.3.0+1.39.17"


def test_a_cut_between_two_writes_is_told_and_the_rest_is_planned_anew(place: Place, tmp_path: Path) -> None:
    """The ledger must tell what was done and what was not; run again, the runbook must plan the rest and converge."""
    engine = Path(place.engine.url.removeprefix("unix://"))
    path = tmp_path / "way.sock"
    server = f"unix://{path}"
    upgrade = {"server": server, "domain": DOMAIN, "version": NEW}
    with holding_up(path, engine, b""):
        bring(place.root, "wiki", OLD, DOMAIN, server)
        digest = will_plan(place.root, "upgrade-app", **upgrade).short_digest
    settings = place.root / "servers" / "default" / f"{DOMAIN}.env"
    services = {item["Spec"]["Name"]: item["ID"] for item in place.engine.request("GET", "/services").body}
    last_write = f"/services/{services['wiki_example_org_db']}/update".encode()

    with holding_up(path, engine, last_write, cuts=True) as way:
        ran = coopnb(place.root, "run", "upgrade-app", **upgrade, approve=digest, reason="security fixes")
        assert way.held.is_set()
    assert_told(ran, 4, "ConnectFailed", "service wiki_example_org_db", "Whether this write arrived is not known")
    done = {entry["facts"]["n"] for entry in ran.entries if entry["event"] == "operation_done"}
    sent = [entry["facts"] for entry in ran.entries if entry["event"] == "operation"]
    assert [item["name"] for item in sent if item["n"] not in done] == ["wiki_example_org_db"]
    assert not [entry for entry in ran.entries if entry["event"] == "operation_failed"]
    assert "the result is not known of: update service wiki_example_org_db" in record_text(ran)
    assert f"TYPE=wiki:{OLD}" in settings.read_text()

    with holding_up(path, engine, b""):
        rest = will_plan(place.root, "upgrade-app", **upgrade)
        assert [item.name for item in rest.operations if item.kind == "service"] == ["wiki_example_org_db"]
        again = coopnb(place.root, "run", "upgrade-app", **upgrade, approve=rest.short_digest, reason="the rest of it")
    assert again.status == 0, again.out + again.err
    assert again.facts("outcome")["outcome"] == "converged"
    assert f"TYPE=wiki:{NEW}" in settings.read_text()
