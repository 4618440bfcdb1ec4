"""``upgrade-app``: bring an app that runs to a newer version of its recipe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from coopnb import commons, envfile
from coopnb.errors import CommonsError, CoopError, InputError, SettingsError
from coopnb.model.choice import Choice
from coopnb.model.plan import Plan
from coopnb.model.recipe import RecipeVersion
from coopnb.model.upgrade import NewSetting, UpgradeNews
from coopnb.plan.compare import version_running
from coopnb.plan.protection import with_protection
from coopnb.redaction import looks_secret
from coopnb.runbook.apps import offered_apps
from coopnb.runbook.facts import chosen_facts
from coopnb.runbook.given import read_given, with_given, write_given
from coopnb.runbook.news import newest_above, news, refuse_downgrade
from coopnb.runbook.procedure import Answers, Here
from coopnb.server import Server, folder_of, load_app, recipe_of, refuse_unknown, stack_name
from coopnb.show.app_form import AppForm, More
from coopnb.show.lacking_form import LackingForm
from coopnb.show.output import Output
from coopnb.show.settings_form import PREFIX
from coopnb.show.taken import upgrade_output
from coopnb.workspace import Workspace


class UpgradeApp:
    """The procedure of ``upgrade-app``."""

    parameters: tuple[str, ...] = ("server", "domain", "version", "settings")
    needed: tuple[str, ...] = ("server", "domain")
    accepts: bool = True

    def form(self, workspace: Workspace, preset: Answers) -> AppForm:
        """Server, domain, and the versions of its recipe."""
        servers, apps = offered_apps(workspace)
        more = More("version", "Version", "blank: the newest", lambda *app: _versions(workspace, *app))
        return AppForm(servers, apps, more, preset)

    def take(self, here: Here, answers: Answers) -> TakenUpgrade:
        """Find out what is new between the version that runs and the one that is wanted.

        What runs is what the swarm says: another admin may have brought it, and the settings here name another.

        Settings that this version is the first to have may be given with it. They are written into the app's
        settings once none is lacking any more, all of them at once.

        Raises:
            InputError: a downgrade, nothing runs that could be upgraded, or a setting is given that is not new.
            SettingsError: this machine has no settings of the app, or what was given cannot be read.
        """
        place, server, domain = here.workspace, answers["server"], answers["domain"]
        refuse_unknown(server, place)
        path = place.find_env_file(domain, folder_of(server))
        settings = envfile.read(path)
        recipe, pinned = recipe_of(settings.values, path)
        stack = settings.values.get("STACK_NAME") or stack_name(domain)
        before = _running(here, server, stack, domain)
        folder = commons.recipe_folder(place, recipe)
        after = answers["version"] or newest_above(folder, before)
        # Read first: for a version that there is not, it says which there are.
        wanted = commons.read_version(place, recipe, after, here.files)
        refuse_downgrade(before, after, domain)
        found = news(
            folder,
            commons.read_version(place, recipe, before, here.files),
            wanted,
            settings.last,
            str(path.relative_to(place.root)),
            pinned,
            _written_for(here, recipe, pinned, before),
            domain,
        )
        given = read_given(answers["settings"], settings, found)
        decided = {
            each.name: answers[PREFIX + each.name]
            for each in found.lacking
            if PREFIX + each.name in answers and each.name not in given
        }
        found = with_given(found, {*given, *decided}, written=False)
        written = {} if found.lacking else {**decided, **given}
        if written:
            write_given(place, path, written, here.note)
            found = with_given(found, written, written=True)
        return TakenUpgrade(Choice(server, recipe, after, domain), stack, found, place, here.files, decided, written)


@dataclass(frozen=True, slots=True)
class TakenUpgrade:
    """An app that will be upgraded, and what is new for it.

    Attributes:
        decided: what was filled in of what was lacking. written: what the settings have since this was taken.
    """

    choice: Choice
    stack: str
    news: UpgradeNews
    workspace: Workspace
    files: Path
    decided: Mapping[str, str]
    written: Mapping[str, str]

    @property
    def server(self) -> str:
        """The server's name."""
        return self.choice.server

    @property
    def domain(self) -> str:
        """The app's domain."""
        return self.choice.domain

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
        given = [
            f"{setting.name} is given, and written once nothing is lacking"
            for setting in self.news.new
            if setting.given
        ]
        return SettingsError(
            f"{self.choice.recipe} {self.choice.version} demands {listed}, and {self.choice.domain} does not set "
            f"{'it' if len(lacking) == 1 else 'them'}; nothing was done",
            what="\n".join((*(_demanded(each.name, each.line, each.comment) for each in lacking), *given)),
            where=f"{self.news.settings_file} in the workspace",
            hint=_both_ways(lacking),
        )

    def more(self) -> LackingForm | None:
        """Fields for what is lacking; what was decided before keeps its own until it is written."""
        asked = [each for each in self.news.new if each.lacking or each.name in self.decided]
        if all(looks_secret(each.name) for each in asked):
            return None
        return LackingForm(asked, self.news.settings_file, self.decided)

    def output(self, run: int | None, step: str) -> Output:
        """The versions between, their notes and their settings."""
        return upgrade_output(self.choice, self.stack, self.news, self.written, run=run, step=step)

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


def _both_ways(lacking: Sequence[NewSetting]) -> str:
    """What to do: fill it in or write it down; give it as a parameter. A secret is written down only."""
    others = [each for each in lacking if not looks_secret(each.name)]
    lines = [f"{each.name}={each.sample}" if each in others else f"{each.name}=..." for each in lacking]
    if not others:
        return "\n".join(("Write into that file, with a value of yours, and run this cell again:", *lines))
    ways = "Fill it in above, or write into that file with a value of yours, and run this cell again:"
    if len(others) < len(lacking):
        ways = "Fill in above what is no secret, write the rest into that file, and run this cell again:"
    given = "\\n".join(f"{each.name}=..." for each in others)
    return "\n".join((ways, *lines, f"Headless: -p settings={'$' if len(others) > 1 else ''}'{given}'"))


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


def _written_for(here: Here, recipe: str, pinned: str, before: str) -> RecipeVersion | None:
    """The version that the settings name, if it is not the one that runs; one that is gone says nothing."""
    if pinned in ("", before):
        return None
    try:
        return commons.read_version(here.workspace, recipe, pinned, here.files)
    except CommonsError:
        return None


def _versions(workspace: Workspace, server: str, domain: str) -> Sequence[str]:
    """The versions that are offered for an app; none where its files do not tell."""
    try:
        path = workspace.find_env_file(domain, folder_of(server))
        recipe, _ = recipe_of(envfile.read(path).values, path)
        return [each.version for each in commons.versions(commons.recipe_folder(workspace, recipe))]
    except CoopError:
        return []
