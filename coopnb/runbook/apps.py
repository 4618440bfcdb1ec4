"""From a choice to an app: what is offered, and what was taken."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from coopnb import commons, envfile
from coopnb.commons.readme import described
from coopnb.errors import CommonsError, SettingsError
from coopnb.model.catalogue import CatalogueEntry
from coopnb.model.choice import Choice
from coopnb.model.recipe import RecipeVersion
from coopnb.model.settings_form import Filled, SettingField
from coopnb.runbook.procedure import Note, unnoted
from coopnb.runbook.settings_file import announce_new
from coopnb.server import folder_of, is_practice, names, plant_samples, recipe_of, refuse_unknown, stack_name
from coopnb.workspace import Workspace


@dataclass(frozen=True, slots=True)
class TakenApp:
    """A choice that stands, with the settings it works on.

    Attributes:
        settings: where the app's settings lie, relative to the workspace, and whether they were made just now.
        notes: the release notes of the version, if it has any.
    """

    choice: Choice
    stack: str
    settings: str
    notes: str | None


def offered(
    workspace: Workspace,
) -> tuple[tuple[str, ...], Mapping[str, tuple[str, ...]], Mapping[str, tuple[str, ...]]]:
    """Servers, recipes with their versions (newest first), and the apps each server has."""
    if not commons.names(workspace):
        plant_samples(workspace)
    recipes = {
        name: tuple(published.version for published in commons.versions(commons.recipe_folder(workspace, name)))
        for name in commons.names(workspace)
    }
    servers, apps = offered_apps(workspace)
    return servers, recipes, apps


def offered_apps(workspace: Workspace) -> tuple[tuple[str, ...], Mapping[str, tuple[str, ...]]]:
    """Servers, and the apps each has on this machine."""
    apps: dict[str, tuple[str, ...]] = {}
    for server, domain in workspace.apps():
        apps[server] = (*apps.get(server, ()), domain)
    return names(workspace), apps


def told(workspace: Workspace, recipes: Iterable[str]) -> tuple[CatalogueEntry, ...]:
    """What recipes of the workspace say of themselves, in the README of their newest version."""
    folders = (commons.recipe_folder(workspace, name) for name in recipes)
    said = (described(folder, commons.versions(folder)[0]) for folder in folders)
    return tuple(entry for entry in said if entry is not None)


def proposed(workspace: Workspace, recipe: str, version: str) -> tuple[SettingField, ...]:
    """The settings that a new app of a recipe would have; none if its sample cannot be read or is not here yet."""
    try:
        return envfile.fields(commons.sample_of(workspace, recipe, version))
    except (CommonsError, SettingsError):
        return ()


def take(
    workspace: Workspace,
    choice: Choice,
    into: Path,
    filled: Mapping[str, Filled] | None = None,
    note: Note = unnoted,
) -> TakenApp:
    """Find the app of a choice, or make its settings from the recipe's sample; never overwrite any.

    A recipe that is in the catalogue and not here yet is fetched.

    Args:
        filled: what was filled in for an app that is new, by the keys of :func:`coopnb.envfile.fields`.
        note: comes before settings are made.

    Raises:
        InputError: no server can be called so.
        SettingsError: the app belongs to another server, or is of another recipe.
        CommonsError: there is no such recipe or version.
        LedgerError: it could not be noted; no settings were made.
    """
    refuse_unknown(choice.server, workspace)
    if is_practice(choice.server) or not commons.names(workspace):
        plant_samples(workspace)
    folder = folder_of(choice.server)
    path = workspace.env_file(folder, choice.domain)
    made = not path.is_file()
    if made:
        _refuse_elsewhere(workspace, folder, choice.domain)
        commons.have(workspace, choice.recipe)
        source = commons.read_version(workspace, choice.recipe, choice.version, into)
        announce_new(workspace, path, source, note)
        made = _made(workspace, folder, choice.domain, source, path, filled or {})
    settings = envfile.read(path)
    name, pinned = recipe_of(settings.values, path)
    if name != choice.recipe:
        raise SettingsError(
            f"{choice.domain} is a {name}, not a {choice.recipe}; nothing was done",
            where=str(path),
            hint=f"Choose the recipe {name}, or another domain.",
        )
    if not made:
        source = commons.read_version(workspace, name, choice.version or pinned, into)
    where = str(path.relative_to(workspace.root))
    return TakenApp(
        choice=Choice(choice.server, name, source.version, choice.domain),
        stack=settings.values.get("STACK_NAME") or stack_name(choice.domain),
        settings=f"{where} (new, from the recipe's .env.sample{_changed(filled or {})})" if made else where,
        notes=source.notes,
    )


def _changed(filled: Mapping[str, Filled]) -> str:
    return f", {len(filled)} of its settings changed" if filled else ""


def _made(
    workspace: Workspace, folder: str, domain: str, source: RecipeVersion, path: Path, filled: Mapping[str, Filled]
) -> bool:
    """Make the settings; ``False`` if somebody else made them in the same moment: theirs are as good."""
    try:
        commons.new_app(workspace, folder, domain, source, filled)
    except SettingsError:
        if not path.is_file():
            raise
        return False
    return True


def _refuse_elsewhere(workspace: Workspace, folder: str, domain: str) -> None:
    others = [server for server, app in workspace.apps() if app == domain and server != folder]
    if others:
        raise SettingsError(
            f"{domain} is an app of the server {', '.join(others)}, not of {folder}; nothing was done",
            where=str(workspace.servers),
            hint=f"Choose that server. To run it on {folder} as well, copy its settings there yourself.",
        )
