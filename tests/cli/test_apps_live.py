"""``coopnb app`` on a practice swarm: what runs is shown, logs are read, a restart waits for its approval."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from coopnb.cli import main
from coopnb.model.plan import Approval
from coopnb.record.ledger import utc_now
from coopnb.server import Practising, connect, load_app, plant_samples, practice_home, start_practice, stop_practice
from coopnb.server.new_app import make_app
from coopnb.workspace import Workspace

DOMAIN = "wiki.example.org"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """A workspace whose practice swarm runs a wiki; time there moves when somebody looks."""
    workspace = Workspace(tmp_path_factory.mktemp("workspace"))
    plant_samples(workspace)
    start_practice(workspace.make(practice_home(workspace)), Practising(clock="auto"))
    try:
        make_app(workspace, "practice", DOMAIN, "wiki", "1.3.0+1.39.17", {"WIKI_NAME": "The choir"})
        server = connect("practice", workspace=workspace)
        plan = server.plan(load_app(DOMAIN, workspace=workspace))
        server.apply(plan, Approval(plan.digest, "ana@test", "first", utc_now())).wait()
        server.close()
        yield workspace
    finally:
        stop_practice(practice_home(workspace))


def ran(place: Workspace, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """The status of a command, and all it printed."""
    status = main(["app", *arguments, "--workspace", str(place.root)])
    printed = capsys.readouterr()
    assert "\x1b" not in printed.out + printed.err
    return status, printed.out + printed.err


def test_what_runs_is_listed(place: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    """The servers must be asked, one that is not there be a row, and what is not deployed be said."""
    make_app(place, "practice", "second.example.org", "hello", "", {})
    (place.servers / "node9.example.invalid").mkdir()
    (place.servers / "node9.example.invalid/far.example.org.env").write_text("TYPE=wiki:1.3.0+1.39.17\n")
    try:
        status, text = ran(place, capsys, "list", "--live")
    finally:
        (place.servers / "node9.example.invalid/far.example.org.env").unlink()
        (place.servers / "node9.example.invalid").rmdir()
    assert status == 0
    rows = {line.split()[1]: line for line in text.splitlines() if ".example.org" in line}
    assert "● running, 2 of 2 tasks" in rows[DOMAIN]
    assert "○ not deployed" in rows["second.example.org"]
    assert "? unknown: " in rows["far.example.org"]


def test_an_app_is_shown_with_what_runs(place: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    """Settings, versions, findings and tasks must be there; a secret setting's value must not."""
    path = place.env_file("practice", DOMAIN)
    before = path.read_text()
    path.write_text(before + "SMTP_PASSWORD=tr0ub4dor\n")
    try:
        status, text = ran(place, capsys, "show", DOMAIN)
    finally:
        path.write_text(before)
    assert status == 0
    assert f"{DOMAIN} on practice: wiki 1.3.0+1.39.17; 1 newer version of the recipe" in text
    assert "tr0ub4dor" not in text and "(hidden)" in text
    assert "The choir" in text and "versions: 1.4.0+1.43.0, 1.3.0+1.39.17" in text
    assert re.search(r"● running, healthy", text)


def test_an_app_that_is_not_deployed_says_how_it_is(place: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    """Settings without anything that runs must be shown with the whole command that deploys them."""
    make_app(place, "practice", "third.example.org", "hello", "", {})
    status, text = ran(place, capsys, "show", "third.example.org")
    assert status == 0
    assert "To deploy it: coopnb run deploy-app -p server=practice -p recipe=hello -p domain=third.example.org" in text


def test_logs_are_bounded_and_by_service(place: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    """The last lines of each task must be shown, as many as asked for, of the service that is named."""
    status, text = ran(place, capsys, "logs", DOMAIN, "db", "--tail", "1")
    assert status == 0 and "wiki_example_org_db.1 on node" in text and "wiki_example_org_app" not in text
    assert sum(line.startswith("    | ") for line in text.splitlines()) == 1
    status, text = ran(place, capsys, "logs", DOMAIN)
    assert status == 0 and "wiki_example_org_app.1" in text and "wiki_example_org_db.1" in text
    status, text = ran(place, capsys, "logs", DOMAIN, "nonesuch")
    assert status == 2 and "it has: app, db" in text
    assert ran(place, capsys, "logs", "second-is-not-deployed.example.org")[0] == 2


def test_a_restart_waits_for_its_approval(place: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    """Without the plan's digest and a reason nothing may be written; with both it is done and watched."""
    status, text = ran(place, capsys, "restart", DOMAIN, "app")
    assert status == 3 and "it waits for an approval; nothing was written" in text
    found = re.search(r"--approve ([0-9a-f]{8}) --reason", text)
    assert found
    digest = found[1]
    assert f"coopnb app restart --workspace={place.root} {DOMAIN} app --approve {digest} --reason" in text

    assert ran(place, capsys, "restart", DOMAIN, "app", "--approve", digest)[0] == 3
    status, text = ran(place, capsys, "restart", DOMAIN, "app", "--approve", "00000000", "--reason", "x")
    assert status == 3 and "for another plan" in text

    status, text = ran(place, capsys, "restart", DOMAIN, "app", "--approve", digest, "--reason", "it hung")
    assert status == 0 and "Converged in" in text
    assert ran(place, capsys, "restart", DOMAIN, "nonesuch")[0] == 2


def test_a_server_that_is_gone_is_status_4(
    place: Workspace, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A server that cannot be reached must end with 4, and the app's files be shown all the same."""
    far = Workspace(tmp_path)
    (far.servers / "gone.example.invalid").mkdir(parents=True)
    plant_samples(far)
    (far.servers / "gone.example.invalid" / f"{DOMAIN}.env").write_text("TYPE=wiki:1.3.0+1.39.17\nDOMAIN=a\n")
    status, text = ran(far, capsys, "show", DOMAIN)
    assert status == 4 and "What runs is not known" in text and "wiki 1.3.0+1.39.17" in text
    assert ran(far, capsys, "logs", DOMAIN)[0] == 4
