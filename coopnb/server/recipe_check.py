"""A recipe, checked as a new app would use it: with the settings that its own sample proposes."""

from __future__ import annotations

import tempfile
from pathlib import Path

from coopnb import commons, convert
from coopnb.errors import ConvertError, RecipeError, SecretError, SettingsError
from coopnb.model.finding import Finding
from coopnb.model.recipe import RecipeVersion
from coopnb.server.given import unreadable
from coopnb.server.recipes import sample_app
from coopnb.workspace import Workspace


def check_recipe(workspace: Workspace, recipe: str, version: str = "") -> tuple[RecipeVersion, tuple[Finding, ...]]:
    """Load, validate and convert a version of a recipe with its sample's settings; nothing is kept.

    Returns:
        the version, and everything there is to say of it, worst first. What cannot be loaded or converted
        is an error among them.

    Raises:
        CommonsError: there is no such recipe or version, its tag moved, or it has no ``.env.sample``.
    """
    with tempfile.TemporaryDirectory(prefix="coopnb-check-") as draft:
        source = commons.read_version(workspace, recipe, version, Path(draft))
        try:
            found = convert.convert(sample_app(source)).findings
        except (RecipeError, ConvertError, SecretError, SettingsError) as error:
            found = (unreadable(error),)
    return source, tuple(sorted(found, key=Finding.sort_key))
