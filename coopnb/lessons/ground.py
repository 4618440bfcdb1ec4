"""Where a lesson or a drill is played: a workspace and a practice swarm of its own, which real work never sees."""

from __future__ import annotations

import shutil
from collections.abc import Sequence

from coopnb.model.choice import Choice
from coopnb.model.plan import Approval
from coopnb.record.ledger import utc_now
from coopnb.runbook.apps import take
from coopnb.runbook.pinning import pin
from coopnb.runbook.procedure import unnoted
from coopnb.server import (
    PRACTICE,
    Practising,
    Server,
    connect,
    find_practice,
    load_app,
    practice_home,
    start_practice,
    stop_practice,
)
from coopnb.workspace import Workspace

GROUNDS = "grounds"
"""The folder of coopnb's own that holds one workspace a lesson."""


def ground_of(workspace: Workspace, name: str) -> Workspace:
    """The workspace of a lesson; its settings, recipes and practice swarm are nobody else's."""
    return Workspace(workspace.own / GROUNDS / name)


def open_ground(ground: Workspace, before: Sequence[Choice]) -> Server:
    """Start the swarm of a lesson, or find the one that runs, with the apps that come before the first step.

    A swarm that does not run any more is begun anew, and so are its settings: they are of one story.
    """
    home = practice_home(ground)
    if find_practice(home) is None:
        shutil.rmtree(ground.root, ignore_errors=True)
        start_practice(ground.make(home))
    server = connect(PRACTICE, workspace=ground)
    there = {service.name for service in server.practice.status().services}
    for choice in before:
        if not any(name.startswith(choice.domain.replace(".", "_")) for name in there):
            _deploy(server, choice)
    return server


def reset_ground(ground: Workspace, before: Sequence[Choice]) -> Server:
    """Throw a lesson's swarm and its settings away, and begin anew; its clock stays of the kind it was."""
    home = practice_home(ground)
    running = find_practice(home)
    status = running.status() if running is not None else None
    stop_practice(home)
    shutil.rmtree(ground.root, ignore_errors=True)
    start_practice(ground.make(home), Practising(status.clock, status.speed) if status is not None else None)
    return open_ground(ground, before)


def _deploy(server: Server, choice: Choice) -> None:
    """Deploy an app as it stands before the first step."""
    place = server.workspace
    versions = place.make(place.own / "versions")
    taken = take(place, choice, versions)
    app = load_app(choice.domain, version=taken.choice.version, server=choice.server, workspace=place, into=versions)
    plan = server.plan(app)
    server.apply(plan, Approval(plan.digest, "the lesson", "comes before the first step", utc_now())).wait()
    pin(place, choice.server, choice.domain, plan, unnoted)
