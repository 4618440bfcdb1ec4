"""Apps made on the spot, for conversion."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from coopnb.convert.scope import Scope
from coopnb.convert.services import service_spec
from coopnb.model.app import App, SecretWanted, Setting
from coopnb.model.recipe import Recipe, RecipeVersion
from coopnb.recipe import load
from tests.recipe.reading import read_text

STACK = "wiki_example_org"


def app(recipe: Recipe, secrets: tuple[SecretWanted, ...] = (), **settings: str) -> App:
    """An app of a recipe, its settings on the lines of a file in their order."""
    return App(
        domain="wiki.example.org",
        server="server",
        stack=STACK,
        env_file=Path("/servers/server/wiki.example.org.env"),
        settings={name: Setting(name, value, line, {}) for line, (name, value) in enumerate(settings.items(), 1)},
        recipe=recipe,
        secrets=secrets,
    )


def app_of_text(root: Path, text: str, **settings: str) -> App:
    """An app whose recipe is one file."""
    return app(read_text(root, text, STACK_NAME=STACK, **settings), (), **settings)


def sample(recipe: str, version: str, *files: str, **settings: str) -> App:
    """An app of a recipe that comes with coopnb."""
    root = Path(__file__).parents[2] / "coopnb/samples/recipes" / recipe / version
    source = RecipeVersion(recipe, version, "c0ffee", True, root)
    return app(load(source, files, {"STACK_NAME": STACK, **settings}), (), **settings)


def specs(recipe: Recipe, stack: str = "ST") -> Mapping[str, dict[str, Any]]:
    """The specs of a recipe's services as docker would send them, without the field's additions."""
    scope = Scope(stack, recipe.compose, recipe.origins)
    return {key: service_spec(key, service, scope) for key, service in recipe.compose.services.items()}
