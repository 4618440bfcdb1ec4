"""``deploy-app``: bring an app of a recipe to a server, at a version, with the settings its file has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from coopnb import commons
from coopnb.errors import CoopError
from coopnb.model.choice import Choice
from coopnb.model.plan import Plan
from coopnb.model.settings_form import Filled, SettingField
from coopnb.runbook.apps import TakenApp, offered, proposed, take, told
from coopnb.runbook.facts import chosen_facts
from coopnb.runbook.procedure import Answers, Here
from coopnb.server import Server, folder_of, load_app
from coopnb.show.notes import chosen_output
from coopnb.show.output import Output
from coopnb.show.settings_form import PREFIX
from coopnb.show.widgets import ChooseForm
from coopnb.workspace import Workspace


class DeployApp:
    """The procedure of ``deploy-app``."""

    parameters: tuple[str, ...] = ("server", "recipe", "version", "domain")
    needed: tuple[str, ...] = ("server", "recipe", "domain")
    accepts: bool = True

    def form(self, workspace: Workspace, preset: Answers) -> ChooseForm:
        """Server, recipe, version, domain."""
        servers, recipes, apps = offered(workspace)

        def sample(recipe: str, version: str) -> tuple[SettingField, ...]:
            return proposed(workspace, recipe, version)

        listed = commons.catalogue(workspace)
        own = told(workspace, (name for name in recipes if listed.entry(name) is None))
        return ChooseForm(servers, recipes, apps, preset=Choice(**preset), listed=listed, sample=sample, own=own)

    def take(self, here: Here, answers: Answers) -> TakenDeploy:
        """Find the app's settings, or make them from the recipe's sample."""
        choice = Choice(**{name: answers[name] for name in self.parameters})
        filled = {
            name.removeprefix(PREFIX): Filled(value) for name, value in answers.items() if name.startswith(PREFIX)
        }
        return TakenDeploy(take(here.workspace, choice, here.files, filled, here.note), here.workspace, here.files)


@dataclass(frozen=True, slots=True)
class TakenDeploy:
    """An app that will be deployed."""

    app: TakenApp
    workspace: Workspace
    files: Path
    refusal: CoopError | None = None

    @property
    def server(self) -> str:
        """The server's name."""
        return self.app.choice.server

    @property
    def domain(self) -> str:
        """The app's domain."""
        return self.app.choice.domain

    @property
    def facts(self) -> Mapping[str, object]:
        """What the ledger keeps of it."""
        return chosen_facts(self.app.choice)

    def output(self, run: int | None, step: str) -> Output:
        """The choice, with the release notes of the version."""
        app = self.app
        return chosen_output(app.choice, app.stack, settings=app.settings, notes=app.notes, run=run, step=step)

    def plan(self, server: Server, *, prune: bool) -> Plan:
        """From what runs to what the app's files want."""
        choice = self.app.choice
        app = load_app(
            choice.domain,
            version=choice.version,
            server=folder_of(choice.server),
            workspace=self.workspace,
            into=self.files,
        )
        return server.plan(app, prune=prune)
