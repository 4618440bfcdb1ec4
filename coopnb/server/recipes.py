"""A recipe by itself: at a version of the commons or as it lies in a folder, with the settings its sample proposes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from coopnb import commons, envfile, lint, recipe
from coopnb.errors import CommonsError
from coopnb.model.app import App
from coopnb.model.recipe import Recipe, RecipeVersion
from coopnb.server.addresses import as_workspace
from coopnb.server.loading import app_of, compose_files, located
from coopnb.server.stacks import Settings, values_of
from coopnb.workspace import Workspace

_DOMAIN = "app.example.com"


def load_recipe(
    name: str | Path,
    version: str = "",
    settings: Settings = None,
    *,
    workspace: Workspace | str | Path | None = None,
    into: Path | None = None,
) -> Recipe:
    """Load a recipe: its compose files merged and filled in, and what there is to say of them.

    Args:
        name: a recipe of the workspace; or a folder, as a ``Path`` or with a ``/`` in it, which is read as it lies.
        version: of the workspace's recipe: a tag or a short commit; by default the newest.
        settings: by default those that its ``.env.sample`` proposes.
        into: the folder for the recipe's files; by default one of the workspace, by commit.

    Raises:
        CommonsError, SettingsError, RecipeError: with file, line and key path.
    """
    if isinstance(name, Path) or "/" in name:
        source = as_it_lies(Path(name))
    else:
        place = as_workspace(workspace)
        source = commons.read_version(place, name, version, into or place.make(place.own / "versions"))
    if settings is None:
        return sample_app(source).recipe
    values = values_of(settings)
    with located(source, Path(settings) if isinstance(settings, str | Path) else None):
        read = recipe.load(source, compose_files(values), values)
    return replace(read, findings=(*read.findings, *lint.look_at(read)))


def as_it_lies(folder: Path) -> RecipeVersion:
    """The files of a folder, committed or not."""
    root = folder.absolute()
    return RecipeVersion(recipe=root.name, version="", commit="", tagged=False, root=root)


def sample_app(source: RecipeVersion) -> App:
    """The app that somebody would make of a recipe who keeps to what its sample proposes; nothing is written.

    Raises:
        CommonsError: it has no sample.
        SettingsError, RecipeError, SecretError: with file, line and key path.
    """
    path = source.root / ".env.sample"
    if not path.is_file():
        raise CommonsError(
            f"{source.recipe} {source.version} has no .env.sample, so nobody knows its settings".replace("  ", " "),
            where=str(source.root),
            hint="write one, or name a file of settings",
        )
    text = commons.proposal(envfile.read(path, ".env.sample").text, source.recipe, _DOMAIN)
    return app_of(envfile.parse(text, ".env.sample"), path, _DOMAIN, source)
