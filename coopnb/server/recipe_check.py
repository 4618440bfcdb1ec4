"""A recipe, checked as a new app would use it: with the settings that its own sample proposes."""

from __future__ import annotations

import tempfile
from pathlib import Path

from coopnb import commons, convert, envfile
from coopnb.errors import ConvertError, RecipeError, SecretError, SettingsError
from coopnb.model.finding import Finding
from coopnb.model.recipe import RecipeVersion
from coopnb.server.loading import app_of
from coopnb.workspace import Workspace

_DOMAIN = "app.example.com"


def check_recipe(workspace: Workspace, recipe: str, version: str = "") -> tuple[RecipeVersion, tuple[Finding, ...]]:
    """Load, validate and convert a version of a recipe with its sample's settings; nothing is kept.

    Returns:
        the version, and everything there is to say of it, worst first. What cannot be loaded or converted
        is an error among them.

    Raises:
        CommonsError: there is no such recipe or version, its tag moved, or it has no ``.env.sample``.
    """
    with tempfile.TemporaryDirectory(prefix="coopnb-check-") as draft:
        own = Workspace(Path(draft))
        source = commons.read_version(workspace, recipe, version, own.root / "files")
        try:
            path = commons.new_app(own, "check", _DOMAIN, source)
            app = app_of(envfile.read(path), path, _DOMAIN, source)
            found = convert.convert(app).findings
        except (RecipeError, ConvertError, SecretError, SettingsError) as error:
            text = "; ".join(part for part in (error.headline, error.what, _place(error.where)) if part)
            found = (Finding("error", "unreadable", text, hint=error.hint),)
    return source, tuple(sorted(found, key=Finding.sort_key))


def _place(where: str | None) -> str:
    """Where it is in the recipe: the lines about the settings name a file that is gone by now."""
    return "\n".join(line for line in (where or "").splitlines() if not line.startswith("recipe "))
