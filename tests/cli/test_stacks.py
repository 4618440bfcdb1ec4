"""``coopnb stack plan`` and ``deploy`` on a practice swarm: what is printed, what is written, how each ends."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from coopnb.cli import main
from coopnb.record.ledger import Ledger
from coopnb.record.told import tell
from coopnb.server import Practising, Server, connect, practice_home, start_practice, stop_practice
from coopnb.workspace import Workspace
from tests.recipe.reading import write

STACK = """\
services:
  app:
    image: nginx:1.27
    environment: {GREETING: $GREETING, API_TOKEN: tr0ub4dor}
    secrets: [s]
    deploy: {update_config: {monitor: 100ms}}
secrets: {s: {file: s.txt}}
"""
Run = Callable[..., tuple[int, str]]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """A workspace whose practice swarm moves its time when somebody looks."""
    workspace = Workspace(tmp_path_factory.mktemp("workspace"))
    start_practice(workspace.make(practice_home(workspace)), Practising(clock="auto"))
    try:
        yield workspace
    finally:
        stop_practice(practice_home(workspace))


@pytest.fixture
def server(place: Workspace) -> Iterator[Server]:
    """A connection of the test's own."""
    connected = connect("practice", workspace=place)
    yield connected
    connected.close()


@pytest.fixture
def run(place: Workspace, tmp_path: Path, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command on the stack of the test's own name: its status, and all it printed, without a control code."""
    write(tmp_path, {"stack.yml": STACK, "s.txt": "c0rrecth0rse", "my.env": "GREETING=hi\n"})
    name = re.sub("[^a-z]", "", request.node.name.removeprefix("test_"))[:20]

    def _run(action: str, *more: str) -> tuple[int, str]:
        given = [str(tmp_path / "stack.yml"), "--server", "practice", "--name", name]
        given += ["--settings", str(tmp_path / "my.env"), "--workspace", str(place.root)]
        status = main(["stack", action, *given, *more])
        printed = capsys.readouterr()
        text = printed.out + printed.err
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", text) and "tr0ub4dor" not in text and "c0rrecth" not in text
        return status, text

    return _run


def digest_of(text: str) -> str:
    """The digest that a printed command approves."""
    found = re.search(r"coopnb stack deploy .*--approve ([0-9a-f]{8}) --reason", text)
    assert found, text
    return found[1]


def ledgers(place: Workspace) -> list[Ledger]:
    """Those of all runs, oldest first."""
    found = [Ledger.open(folder) for folder in place.runs.iterdir()] if place.runs.is_dir() else []
    return sorted(found, key=lambda ledger: ledger.run)


def test_a_stack_is_planned_approved_deployed_and_then_as_wanted(run: Run, place: Workspace) -> None:
    """Plan ends with 3 and the command that deploys; that ends with 0 once it is observed; then a plan ends with 0."""
    before = len(ledgers(place))
    status, text = run("plan")
    assert status == 3 and "first deploy: nothing of it runs there yet" in text
    assert len(ledgers(place)) == before
    status, text = run("deploy", "--approve", digest_of(text), "--reason", "new songs")
    assert status == 0 and "Converged in" in text and re.search(r"\d\.\d s  \w+_app\.1 on node\d  running", text)
    *_, ledger = ledgers(place)
    assert f"in {ledger.folder}" in text and "Kept for undo: coopnb_" in text
    told = tell(ledger.entries())
    assert (told.outcome.word, told.approved["reason"]) == ("converged", "new songs")
    assert ledger.entries()[-1].facts == {"exit_status": 0}
    assert "c0rrecth" not in ledger.path.read_text() and "tr0ub4dor" not in ledger.path.read_text()
    [record] = ledger.folder.glob("*.record.html")
    assert f"Record: {record}" in text and record.stat().st_mode & 0o777 == 0o600
    page = unescape(record.read_text(encoding="utf-8"))
    for shown in ("“new songs”", "No cell was run", "first deploy: nothing of it runs", "Converged in"):
        assert shown in page
    assert "coopnb stack deploy " in page and "c0rrecth" not in page and "tr0ub4dor" not in page
    status, text = run("plan")
    assert status == 0 and text.startswith("Nothing to do for ")
    status, text = run("deploy")
    assert status == 0 and "Nothing was written: the swarm already is as wanted." in text


def test_only_what_the_files_say_is_sent(run: Run, server: Server) -> None:
    """A plain stack must get no label and no setting of the field's."""
    text = run("plan")[1]
    name = text.split()[2]
    assert run("deploy", "--approve", digest_of(text), "--reason", "x")[0] == 0
    [service] = server.snapshot(name).services
    assert sorted(service.spec["Labels"]) == ["com.docker.stack.image", "com.docker.stack.namespace"]
    container = service.spec["TaskTemplate"]["ContainerSpec"]
    assert container["Env"] == ["API_TOKEN=tr0ub4dor", "GREETING=hi"]


@pytest.mark.parametrize("given", [[], ["--approve", "00000000", "--reason", "x"], ["--reason", "x"]])
def test_without_this_plan_s_approval_nothing_is_written(
    given: list[str], run: Run, place: Workspace, server: Server
) -> None:
    """A missing or another approval must end with 3 and the plan's digest, before a run is begun."""
    before = len(ledgers(place))
    planned = run("plan")[1]
    status, text = run("deploy", *given)
    assert status == 3 and "nothing was written" in text and digest_of(text) == digest_of(planned)
    assert len(ledgers(place)) == before
    assert server.snapshot(planned.split()[2]).services == ()


def test_an_approval_without_a_reason_is_none(run: Run) -> None:
    """Whoever approves must say why."""
    digest = digest_of(run("plan")[1])
    status, text = run("deploy", "--approve", digest)
    assert status == 3 and "the approval has no reason" in text


def test_an_approval_is_void_once_the_files_or_the_swarm_changed(run: Run, tmp_path: Path, server: Server) -> None:
    """What was approved must be what is done: another file, or another swarm, makes another digest."""
    first = digest_of(run("plan")[1])
    (tmp_path / "my.env").write_text("GREETING=ho\n")
    status, text = run("deploy", "--approve", first, "--reason", "x")
    assert status == 3 and "are not as they were" in text and digest_of(text) != first
    assert run("deploy", "--approve", digest_of(text), "--reason", "x")[0] == 0
    (tmp_path / "my.env").write_text("GREETING=hi\n")
    update = digest_of(run("plan")[1])
    name = run("plan")[1].split()[2]
    [service] = server.snapshot(name).services
    spec = {**service.spec, "Labels": {**service.spec["Labels"], "mine": "yes"}}
    server._engine.update_service(service.id, service.index, spec)
    assert run("deploy", "--approve", update, "--reason", "x")[0] == 3


def test_what_is_detached_is_not_called_done(run: Run, place: Workspace) -> None:
    """After the writes it must say that nothing was observed and how to look, in the ledger, too."""
    digest = digest_of(run("plan")[1])
    status, text = run("deploy", "--approve", digest, "--reason", "x", "--detach")
    assert status == 0 and "Not watched: the swarm took" in text and "Converged" not in text
    *_, ledger = ledgers(place)
    told = tell(ledger.entries())
    assert (told.outcome.word, told.cut_off) == ("not watched", False)
    assert "was not observed" in told.outcome.sentence
    assert "Not watched: the swarm took" in unescape((ledger.folder / "stack-deploy.record.html").read_text())
    [again] = re.findall(r"To see how it ends: coopnb (.*)", text)
    assert main(again.split()) == 0
    status, text = run("deploy", "--detach")
    assert status == 0 and ledgers(place)[-1].run == ledger.run + 1


def test_a_record_that_cannot_be_written_is_told_after_the_deploy(run: Run, place: Workspace) -> None:
    """What was deployed and observed must be told, then that the record is lacking and how to have it: status 1."""
    planned = run("plan")[1]
    name = planned.split()[2]

    def stand_in_the_way() -> None:
        while not (folders := list(place.runs.glob(f"*_{name}"))):
            time.sleep(0.01)
        (folders[0] / "stack-deploy.record.html").mkdir()

    blocking = threading.Thread(target=stand_in_the_way, daemon=True)
    blocking.start()
    status, text = run("deploy", "--approve", digest_of(planned), "--reason", "x")
    blocking.join(10)
    assert status == 1 and "Converged in" in text and "Record: " not in text
    assert "WorkspaceError: the record cannot be written: Is a directory" in text and "nbconvert --to record" in text
    assert ledgers(place)[-1].entries()[-1].facts == {"exit_status": 0}


def test_what_does_not_come_up_ends_with_1_and_says_why(
    run: Run, place: Workspace, server: Server, tmp_path: Path
) -> None:
    """A rollout that fails must end with 1, with the evidence and the commands that go on."""
    planned = run("plan")[1]
    name = planned.split()[2]
    assert run("deploy", "--approve", digest_of(planned), "--reason", "x")[0] == 0
    server.practice.fault("crash-loop", f"{name}_app")
    (tmp_path / "stack.yml").write_text(STACK.replace("monitor: 100ms", "monitor: 60s").replace("$GREETING", "ho"))
    status, text = run("deploy", "--approve", digest_of(run("plan")[1]), "--reason", "x")
    assert status == 1 and "NotConverged: " in text and f"domain={name} goes back to what ran before" in text
    assert "cell" not in text
    page = unescape((ledgers(place)[-1].folder / "stack-deploy.record.html").read_text())
    assert "NotConverged: " in page and f"domain={name} goes back to what ran before" in page
    entries = ledgers(place)[-1].entries()
    assert [entry.event for entry in entries[-3:]] == ["outcome", "failed", "ended"]
    assert entries[-1].facts == {"exit_status": 1}


def test_an_error_blocks_until_it_is_accepted(run: Run, place: Workspace, tmp_path: Path) -> None:
    """A blocked plan must end with 2 and name the option; with it, plan and deploy go on, and the ledger knows."""
    (tmp_path / "stack.yml").write_text(STACK.replace("    secrets: [s]\n", "    secrets: [s]\n    restart: 'no'\n"))
    for action in ("plan", "deploy"):
        status, text = run(action)
        assert status == 2 and "--accept restart-no-restarts" in text and "cell" not in text
    assert run("plan", "--accept", "nonesuch")[0] == 2
    status, text = run("plan", "--accept", "restart-no-restarts")
    assert status == 3 and "--accept restart-no-restarts --workspace" in text and "accepted restart-no-restarts" in text
    given = ["--approve", digest_of(text), "--reason", "it is meant"]
    assert run("deploy", *given)[0] == 2
    assert run("deploy", "--accept", "restart-no-restarts", *given)[0] == 0
    assert tell(ledgers(place)[-1].entries()).approved["accepted"] == "restart-no-restarts"
    assert run("plan", "--accept", "restart-no-restarts")[0] == 0


def test_services_that_are_gone_from_the_files_go_only_with_prune(run: Run, tmp_path: Path, server: Server) -> None:
    """A service that is not in the files any more must stay and be told, and be removed with ``--prune``."""
    (tmp_path / "stack.yml").write_text(STACK.replace("services:\n", "services:\n  old: {image: 'nginx:1.27'}\n"))
    planned = run("plan")[1]
    name = planned.split()[2]
    assert run("deploy", "--approve", digest_of(planned), "--reason", "x")[0] == 0
    (tmp_path / "stack.yml").write_text(STACK)
    status, text = run("plan")
    assert status == 0 and f"? left  service  {name}_old" in text
    status, text = run("plan", "--prune")
    assert status == 3 and " --prune " in text
    assert run("deploy", "--prune", "--approve", digest_of(text), "--reason", "x")[0] == 0
    assert [service.name for service in server.snapshot(name).services] == [f"{name}_app"]


def test_a_plan_as_json_has_every_write_and_no_secret(run: Run, tmp_path: Path) -> None:
    """Operations, findings, the digest and the command must be there for a program; secret values must not."""
    status, text = run("plan", "--json")
    found: dict[str, Any] = json.loads(text)
    assert status == 3 and found["nothing_to_do"] is False and found["files"] == "stack.yml"
    assert {"network", "secret", "config", "service"} == {each["kind"] for each in found["operations"]}
    assert digest_of(found["next"]) == found["digest"]
    assert run("deploy", "--approve", found["digest"], "--reason", "x")[0] == 0
    (tmp_path / "stack.yml").write_text(STACK.replace("tr0ub4dor", "tr0ub4dor2"))
    found = json.loads(run("plan", "--json")[1])
    [update] = [each for each in found["operations"] if each["verb"] == "update"]
    [change] = [each for each in update["changes"] if each["field"] == "env API_TOKEN"]
    assert (change["before"], change["after"]) == ("(hidden)", "(hidden)")
