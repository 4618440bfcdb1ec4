"""Apps that are deployed, upgraded and brought back, again and again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from coopnb import connect
from coopnb.engine import connect as knock
from coopnb.model.choice import Choice
from coopnb.model.plan import Approval
from coopnb.model.run import RunReport
from coopnb.practice import process
from coopnb.practice.process import PracticeProcess
from coopnb.record.ledger import utc_now
from coopnb.runbook.apps import take
from coopnb.server import Server, folder_of, load_app
from coopnb.workspace import Workspace

STEPS = {
    "hello": (("1.0.0+1.26.3", "converged"), ("1.1.0+1.28.0", "converged"), ("1.0.0+1.26.3", "converged")),
    "wiki": (
        ("1.2.0+1.39.8", "converged"),
        ("1.3.0+1.39.17", "converged"),
        ("1.4.0+1.43.0", "rolled back"),
        ("1.2.0+1.39.8", "converged"),
    ),
}
"""Recipe -> the versions of one cycle, each with how it must end. The last one is the first: back again."""


@contextmanager
def practice(workspace: Workspace, seed: int | None = None) -> Iterator[PracticeProcess]:
    """A practice swarm whose time moves when it is read, taken away at the end."""
    folder = workspace.make(workspace.practice)
    running = process.start(folder, clock="auto", seed=seed)
    try:
        yield running
    finally:
        process.stop(folder)


def cycle(workspace: Workspace, server: str, recipe: str) -> int:
    """Make all steps of one cycle; how many there were.

    Raises:
        RuntimeError: a step did not end as it must.
    """
    for version, outcome in STEPS[recipe]:
        report = deploy(workspace, server, recipe, version)
        if report.outcome not in (outcome, "nothing to do"):
            why = "; ".join(f"{item.service}: {item.what}" for item in report.evidence)
            raise RuntimeError(f"{recipe} {version} ended as {report.outcome}, not as {outcome} ({why})")
    return len(STEPS[recipe])


def deploy(workspace: Workspace, server: str, recipe: str, version: str) -> RunReport:
    """Take an app to a version, as an operator's runbook does."""
    choice = Choice(server, recipe, version, f"{recipe}.example.org")
    into = workspace.make(workspace.own / "versions")
    take(workspace, choice, into)
    swarm = connect(server, workspace=workspace)
    try:
        return _apply(swarm, workspace, choice)
    finally:
        swarm.close()


def _apply(swarm: Server, workspace: Workspace, choice: Choice) -> RunReport:
    app = load_app(choice.domain, version=choice.version, server=folder_of(choice.server), workspace=workspace)
    plan = swarm.plan(app)
    run = swarm.apply(plan, Approval(plan.digest, "soak", "again", utc_now()))
    return run.follow()


def story(folder: Path, seed: int) -> str:
    """A digest of all that a practice swarm of a seed answers while the wiki is deployed and upgraded on it."""
    workspace = Workspace(folder)
    with practice(workspace, seed) as running:
        told = hashlib.sha256()
        for version, _ in STEPS["wiki"]:
            deploy(workspace, "practice", "wiki", version)
            told.update(_answers(f"unix://{running.socket}").encode())
        return told.hexdigest()


def _answers(url: str) -> str:
    door = knock(url)
    try:
        paths = ("/services", "/tasks", "/nodes", "/networks", "/secrets", "/configs", "/containers/json?all=1")
        return json.dumps([door.request("GET", path).body for path in paths])
    finally:
        door.close()
