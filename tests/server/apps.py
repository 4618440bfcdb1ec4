"""Apps on a practice swarm, deployed without a notebook."""

from __future__ import annotations

from coopnb import load_app
from coopnb.deploy import Run
from coopnb.model.choice import Choice
from coopnb.model.plan import Approval, Plan
from coopnb.model.run import RunReport
from coopnb.runbook.apps import take
from coopnb.runbook.pinning import pin
from coopnb.runbook.procedure import unnoted
from coopnb.server import Server
from tests.nouns import START


def deployed(server: Server, recipe: str, version: str, domain: str) -> RunReport:
    """A version of a recipe, observed as running."""
    place = server.workspace
    choice = take(place, Choice("practice", recipe, version, domain), place.make(place.own / "versions")).choice
    plan = server.plan(load_app(domain, version=choice.version, workspace=place))
    report = applied(server, plan).wait()
    pin(place, choice.server, domain, plan, unnoted)
    return report


def applied(server: Server, plan: Plan) -> Run:
    """A plan, approved and applied."""
    return server.apply(plan, Approval(plan.digest, "ana@laptop", "a test", START))
