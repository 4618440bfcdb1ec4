"""``upgrade-app``: bring an app that runs to a newer version of its recipe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from coopnb import commons, envfile
from coopnb.errors import CoopError, InputError, SettingsError
from coopnb.model.choice import Choice
from coopnb.model.plan import Plan
from coopnb.model.upgrade import UpgradeNews
from coopnb.plan.compare import version_running
from coopnb.plan.protection import with_protection
from coopnb.runbook.apps import offered_apps
from coopnb.runbook.facts import chosen_facts
from coopnb.runbook.news import newest_above, news, refuse_downgrade
from coopnb.runbook.procedure import Answers, Here
from coopnb.server import Server, folder_of, load_app, recipe_of, refuse_unknown, stack_name
from coopnb.show.app_form import AppForm, More
from coopnb.show.output import Output
from coopnb.show.taken import upgrade_output
from coopnb.workspace import Workspace


class UpgradeApp:
    """The procedure of ``upgrade-app``."""

    parameters: tuple[str, ...] = ("server", "domain", "version")
    needed: tuple[str, ...] = ("server", "domain")

    def form(self, workspace: Workspace, preset: Answers) -> AppForm:
        """Server, domain, and the versions of its recipe."""
        servers, apps = offered_apps(workspace)
        more = More("version", "Version", "blank: the newest", lambda *app: _versions(workspace, *app))
        return AppForm(servers, apps, more, preset)

    def take(self, here: Here, answers: Answers) -> TakenUpgrade:
        """Find out what is new between the version that runs and the one that is wanted.

        Raises:
            InputError: a downgrade, or nothing runs that could be upgraded.
            SettingsError: this machine has no settings of the app.
        """
        place, server, domain = here.workspace, answers["server"], answers["domain"]
        refuse_unknown(server, place)
        path = place.find_env_file(domain, folder_of(server))
        settings = envfile.read(path)
        recipe, pinned = recipe_of(settings.values, path)
        stack = settings.values.get("STACK_NAME") or stack_name(domain)
        before = pinned or _running(here, server, stack, domain)
        folder = commons.recipe_folder(place, recipe)
        after = answers["version"] or newest_above(folder, before)
        refuse_downgrade(before, after, domain)
        found = news(
            folder,
            commons.read_version(place, recipe, before, here.files),
            commons.read_version(place, recipe, after, here.files),
            settings.last,
            str(path.relative_to(place.root)),
        )
        return TakenUpgrade(Choice(server, recipe, after, domain), stack, found, place, here.files)


@dataclass(frozen=True, slots=True)
class TakenUpgrade:
    """An app that will be upgraded, and what is new for it."""

    choice: Choice
    stack: str
    news: UpgradeNews
    workspace: Workspace
    files: Path

    @property
    def server(self) -> str:
        """The server's name."""
        return self.choice.server

    @property
    def facts(self) -> Mapping[str, object]:
        """What the ledger keeps of it."""
        return {**chosen_facts(self.choice), "version_before": self.news.before}

    @property
    def refusal(self) -> CoopError | None:
        """A setting that the sample demands and the app lacks."""
        lacking = self.news.lacking
        if not lacking:
            return None
        listed = ", ".join(setting.name for setting in lacking)
        lines = "\n".join(f"{setting.name}={setting.sample}" for setting in lacking)
        return SettingsError(
            f"{self.choice.recipe} {self.choice.version} demands {listed}, and {self.choice.domain} does not set "
            f"{'it' if len(lacking) == 1 else 'them'}; nothing was done",
            what="\n".join(_demanded(setting.name, setting.line, setting.comment) for setting in lacking),
            where=f"{self.news.settings_file} in the workspace",
            hint=f"Write into that file, with a value of yours, and run this cell again:\n{lines}",
        )

    def output(self, run: int | None, step: str) -> Output:
        """The versions between, their notes and their settings."""
        return upgrade_output(self.choice, self.stack, self.news, run=run, step=step)

    def plan(self, server: Server, *, prune: bool) -> Plan:
        """From what runs to the newer version, with a word for each service on what protects it."""
        app = load_app(
            self.choice.domain,
            version=self.choice.version,
            server=folder_of(self.choice.server),
            workspace=self.workspace,
            into=self.files,
        )
        return with_protection(server.plan(app, prune=prune))


def _demanded(name: str, line: int, comment: str) -> str:
    said = f": {comment}" if comment else ""
    return f"{name} is set in .env.sample:{line} and was not before{said}"


def _running(here: Here, server: str, stack: str, domain: str) -> str:
    version = version_running(here.connect(server).snapshot(stack))
    if version is None:
        raise InputError(
            f"nothing runs of {domain} on {server}, so there is nothing to upgrade; nothing was done",
            where=f"server {server}, stack {stack}",
            hint="Deploy it: deploy-app",
        )
    return version


def _versions(workspace: Workspace, server: str, domain: str) -> Sequence[str]:
    """The versions that are offered for an app; none where its files do not tell."""
    try:
        path = workspace.find_env_file(domain, folder_of(server))
        recipe, _ = recipe_of(envfile.read(path).values, path)
        return [each.version for each in commons.versions(commons.recipe_folder(workspace, recipe))]
    except CoopError:
        return []
