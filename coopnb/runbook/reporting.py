"""An incident's beginning: which app is said to be down, and what is to be done about it once that is decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from coopnb.errors import CoopError
from coopnb.model.incident import Decision
from coopnb.model.plan import Plan
from coopnb.runbook.procedure import Answers, Here
from coopnb.runbook.steps import needed
from coopnb.server import Server, folder_of, names, refuse_unknown
from coopnb.show.incident import reported_output
from coopnb.show.incident_forms import ReportForm
from coopnb.show.output import Output
from coopnb.workspace import Workspace

REPORT = ("server", "domain", "noticed")


class Reporting:
    """Which app is down: a server and a domain are enough, its files need not be here."""

    parameters: tuple[str, ...] = REPORT
    needed: tuple[str, ...] = ("server", "domain")
    accepts: bool = False

    def form(self, workspace: Workspace, preset: Answers) -> ReportForm:
        """Server, app, and what was noticed."""
        apps: dict[str, tuple[str, ...]] = {}
        for server, domain in workspace.apps():
            apps[server] = (*apps.get(server, ()), domain)
        return ReportForm(names(workspace), apps, preset)

    def take(self, here: Here, answers: Answers) -> Reported:
        """Remember what was reported; asks nobody yet."""
        server, domain, noticed = (answers[name] for name in REPORT)
        refuse_unknown(server, here.workspace)
        files = here.workspace.env_file(folder_of(server), domain).is_file()
        return Reported(server, domain, noticed, files)


@dataclass(frozen=True, slots=True)
class Reported:
    """An app that is said to be down, and what is to be done about it once that is decided."""

    server: str
    domain: str
    noticed: str
    files: bool
    decision: Decision | None = None
    refusal: CoopError | None = None

    @property
    def facts(self) -> Mapping[str, object]:
        """What the ledger keeps of it."""
        return {"server": self.server, "domain": self.domain, "noticed": self.noticed}

    def output(self, run: int | None, step: str) -> Output:
        """What was reported."""
        return reported_output(self.domain, self.server, self.noticed, self.files, run=run, step=step)

    def plan(self, server: Server, *, prune: bool) -> Plan:
        """Every change that the remedy takes."""
        del prune
        decision = needed(self.decision, "decide")
        if decision.remedy == "roll back":
            return server.plan_state(self.domain, decision.state)
        if decision.remedy == "scale":
            return server.plan_scale(self.domain, decision.replicas)
        return server.plan_restart(self.domain, decision.services)
