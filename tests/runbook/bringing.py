"""Bringing an app to where a test begins, and the plan that a runbook will make, without a kernel."""

from __future__ import annotations

from contextlib import ExitStack, closing
from pathlib import Path

from coopnb import load_app
from coopnb.model.choice import Choice
from coopnb.model.plan import Approval, Plan
from coopnb.runbook.apps import take
from coopnb.runbook.books import PROCEDURES
from coopnb.runbook.pinning import pin
from coopnb.runbook.procedure import Here, unnoted
from coopnb.server import Server, connect, folder_of
from coopnb.workspace import Workspace
from tests.nouns import START


def bring(root: Path, recipe: str, version: str, domain: str, server: str = "practice") -> None:
    """Deploy a version and write its pin."""
    place = Workspace(root)
    choice = take(place, Choice(server, recipe, version, domain), place.make(place.own / "versions")).choice
    with closing(connect(server, workspace=place)) as connected:
        app = load_app(domain, version=choice.version, server=folder_of(server), workspace=place)
        plan = connected.plan(app)
        connected.apply(plan, Approval(plan.digest, "ana@laptop", "before a test", START)).wait()
    pin(place, server, plan, unnoted)


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
