"""The network goes away in the middle of an upgrade over ssh, between two writes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.real.site import Site
from tests.runbook.headless import Ran
from tests.samples.stack import until
from tests.testbed.passing import passing
from tests.testbed.ssh import sshd
from tests.testbed.ssh_client import introduce

pytestmark = [pytest.mark.real, pytest.mark.timeout(900)]

UPDATE = re.compile(r"POST (/v[0-9.]+)?/services/[^/?]+/update(\?.*)?")
ANSWER = re.compile(r"HTTP/1.1 200")
SHAKY = "shaky.example.org"
"""The alias of a way to the manager that this test cuts."""


def test_an_upgrade_that_is_cut_is_ended_by_running_it_again(coop: Site, tmp_path: Path) -> None:
    """sshd dies at the service's update, then at its answer: the ledger must tell, and the next run plan the rest."""
    armed = False
    cuts = [UPDATE, ANSWER]
    updates: list[str] = []

    def watch(line: str) -> bool:
        if armed and UPDATE.fullmatch(line):
            updates.append(line)
        if not updates or not cuts or len(updates) < 3 - len(cuts) or not cuts[0].fullmatch(line):
            return True
        cuts.pop(0)
        assert server.cut()
        return False

    domain = "torn.example.org"
    app = {"domain": domain}
    with (
        coop.app(domain) as stack,
        passing(tmp_path / "torn.sock", coop.manager.socket, watch) as address,
        sshd(tmp_path / "sshd", f"unix://{address}") as server,
    ):
        service = f"{stack}_app"
        introduce(coop.home, server, SHAKY)
        workspace = coop.workspace(tmp_path / "workspace", "hello", server=SHAKY)
        first = coop.run(workspace, "deploy-app", "a start", SHAKY, recipe="hello", version="1.0.0+1.26.3", **app)
        assert first.status == 0, first.out + first.err

        armed = True
        lost = coop.run(workspace, "upgrade-app", "security fixes", SHAKY, version="1.1.0+1.28.0", **app)
        assert lost.status == 4, lost.out + lost.err
        assert "Whether this write arrived is not known" in lost.err
        assert told(lost) == (["config", "config", "service"], ["done", "done"]), "of the last nothing is known"
        assert coop.services(stack)[service][1] == "nginx:1.26.3"

        unanswered = coop.run(workspace, "upgrade-app", "the rest", SHAKY, version="1.1.0+1.28.0", **app)
        assert unanswered.status == 4, unanswered.out + unanswered.err
        planned = [(each["kind"], each["name"]) for each in unanswered.facts("planned")["operations"]]
        assert planned[-1] == ("service", service)
        assert not [name for _, name in planned if "index_html" in name], "what was made before the cut is not missing"
        assert told(unanswered) == (["config", "service"], ["done"])
        assert cuts == []

        until(lambda: coop.services(stack) == {service: ("1/1", "nginx:1.28.0")}, 60)
        until(lambda: coop.update_state(service) == "completed", 60)
        done = coop.coopnb(workspace, "run", "upgrade-app", server=SHAKY, version="1.1.0+1.28.0", **app)
        assert done.status == 0, done.out + done.err
        assert done.facts("planned")["nothing_to_do"] is True
        settings = workspace / "servers" / SHAKY / f"{domain}.env"
        assert "TYPE=hello:1.1.0+1.28.0" in settings.read_text(encoding="utf-8")


def told(ran: Ran) -> tuple[list[str], list[str]]:
    """What a run's ledger says: the kinds it announced, and what became of each."""
    kinds = [entry["facts"]["kind"] for entry in ran.entries if entry["event"] == "operation"]
    ends = [entry["event"] for entry in ran.entries if entry["event"].startswith("operation_")]
    return kinds, [end.removeprefix("operation_") for end in ends]
