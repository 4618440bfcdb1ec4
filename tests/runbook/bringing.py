"""Bringing an app and its recipe to where a test begins, and what a runbook will make of it, without a kernel."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from contextlib import ExitStack, closing
from pathlib import Path

from coopnb import load_app
from coopnb.model.choice import Choice
from coopnb.model.plan import Approval, Plan
from coopnb.runbook.apps import take
from coopnb.runbook.books import PROCEDURES
from coopnb.runbook.pinning import pin
from coopnb.runbook.procedure import Here, unnoted
from coopnb.runbook.procedures.upgrade import TakenUpgrade, UpgradeApp
from coopnb.server import Server, connect, folder_of
from coopnb.workspace import Workspace
from tests.nouns import START

Noted = list[tuple[str, Mapping[str, object]]]
"""Events and their facts, as they would be in the ledger."""


def bring(root: Path, recipe: str, version: str, domain: str, server: str = "practice") -> None:
    """Deploy a version and write its pin."""
    place = Workspace(root)
    choice = take(place, Choice(server, recipe, version, domain), place.make(place.own / "versions")).choice
    with closing(connect(server, workspace=place)) as connected:
        app = load_app(domain, version=choice.version, server=folder_of(server), workspace=place)
        plan = connected.plan(app)
        connected.apply(plan, Approval(plan.digest, "ana@laptop", "before a test", START)).wait()
    pin(place, server, domain, plan, unnoted)


def will_plan(root: Path, runbook: str, **parameters: str) -> Plan:
    """The plan that a run of the runbook makes with these parameters."""
    place = Workspace(root)
    procedure = PROCEDURES[runbook]
    with ExitStack() as connections:

        def connected(name: str) -> Server:
            return connections.enter_context(closing(connect(name, workspace=place)))

        here = Here(place, place.make(place.own / "versions"), connected, unnoted)
        taken = procedure.take(here, {name: parameters.get(name, "") for name in procedure.parameters})
        if taken.refusal is not None:
            raise taken.refusal
        return taken.plan(connected(taken.server), prune=False)


def take_upgrade(root: Path, answers: Mapping[str, str]) -> tuple[TakenUpgrade, Noted]:
    """The take of an upgrade, without a kernel, and what it notes in the ledger."""
    place = Workspace(root)
    noted: Noted = []
    with ExitStack() as connections:

        def connected(name: str) -> Server:
            return connections.enter_context(closing(connect(name, workspace=place)))

        here = Here(
            place, place.make(place.own / "versions"), connected, lambda event, facts: noted.append((event, facts))
        )
        return UpgradeApp().take(here, {"version": "", "settings": "", **answers}), noted


def publish(root: Path, recipe: str, version: str, sample: str) -> None:
    """Release a version whose sample says more than the newest one's."""
    folder = root / "recipes" / recipe
    with (folder / ".env.sample").open("a") as file:
        file.write(sample)
    for command in (["add", "-A"], ["commit", "-q", "-m", version], ["tag", "-a", "-m", version, version]):
        own = ["git", "-c", "user.name=ana", "-c", "user.email=ana@example.org", *command]
        subprocess.run(own, cwd=folder, check=True, capture_output=True, timeout=30)
