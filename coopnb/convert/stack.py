"""An app to a stack: the sections put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from coopnb.convert.configs import stack_configs
from coopnb.convert.field import MAIN, Added, with_field_additions
from coopnb.convert.networks import stack_networks
from coopnb.convert.origins import filled_in, origins
from coopnb.convert.refused_by_swarm import refused_by_swarm
from coopnb.convert.scope import Scope
from coopnb.convert.secrets import stack_secrets
from coopnb.convert.services import service_spec
from coopnb.convert.state import state, state_of_files
from coopnb.errors import RecipeError
from coopnb.model.app import App, SecretWanted
from coopnb.model.finding import Finding
from coopnb.model.recipe import Recipe
from coopnb.model.stack import Stack, StackService

DEFAULT_TIMEOUT = 300
"""Seconds to wait for convergence when the recipe does not say."""
LONGEST_TIMEOUT = 86_400
"""Seconds of a day; more is a slip of the finger."""


def convert(app: App, *, additions: bool = True) -> Stack:
    """Convert an app to the swarm objects it asks for: what docker sends, and what the field adds.

    Pure: the files it needs were read with the recipe.

    Args:
        additions: whether the field's are made; without them it is what ``docker stack deploy`` sends, and no more.

    Raises:
        ConvertError: what swarm cannot be told; with file, line and key path.
        RecipeError: a timeout that is no number of seconds.
    """
    added = with_field_additions(app) if additions else Added(app.recipe.compose, app.recipe.origins)
    scope = Scope(app.stack, added.compose, added.origins)
    return _stack(scope, app.recipe, app.domain, app.secrets, added.findings, state(app))


def convert_files(recipe: Recipe, name: str, settings: Mapping[str, str]) -> Stack:
    """Convert stack files to the objects of a stack: what ``docker stack deploy`` sends, and nothing added.

    Args:
        settings: that the files were filled in with; those they name are kept for undo.

    Raises:
        ConvertError, RecipeError: as :func:`convert`.
    """
    scope = Scope(name, recipe.compose, recipe.origins)
    return _stack(scope, recipe, name, (), (), state_of_files(recipe, name, settings), plain=True)


def _stack(
    scope: Scope,
    recipe: Recipe,
    app: str,
    wanted: tuple[SecretWanted, ...],
    doubts: Sequence[Finding],
    kept: Mapping[str, Any],
    *,
    plain: bool = False,
) -> Stack:
    networks = stack_networks(scope)
    configs = stack_configs(scope, recipe.files_data)
    secrets = stack_secrets(scope, recipe.files_data, wanted)
    refused = refused_by_swarm(scope, networks, (*configs, *secrets))
    return Stack(
        name=scope.stack,
        app=app,
        recipe=recipe.source.recipe,
        version=recipe.source.version,
        services=stack_services(scope),
        networks=networks,
        configs=configs,
        secrets=secrets,
        state=kept,
        timeout=_timeout(scope),
        findings=tuple(sorted((*recipe.findings, *doubts, *refused), key=Finding.sort_key)),
        plain=plain,
    )


def stack_services(scope: Scope) -> tuple[StackService, ...]:
    """Every service, sorted by key.

    Raises:
        ConvertError: as :func:`convert`.
    """
    filled = filled_in(scope)
    return tuple(
        StackService(
            key=key,
            name=scope.name(key),
            spec=service_spec(key, service, scope),
            image=service.image,
            origins=origins(key, service, scope, filled.get(("services", key), ())),
        )
        for key, service in sorted(scope.compose.services.items())
    )


def _timeout(scope: Scope) -> int:
    """The label ``coop-cloud.<stack>.timeout``, of the main service first."""
    label = f"coop-cloud.{scope.stack}.timeout"
    for key, service in sorted(scope.compose.services.items(), key=lambda pair: pair[0] != MAIN):
        value = service.deploy.labels.get(label)
        if not value:
            continue
        if value.isascii() and value.isdigit() and 0 < int(value) <= LONGEST_TIMEOUT:
            return int(value)
        path = ("services", key, "deploy", "labels", label)
        raise RecipeError(
            f"the timeout {value!r} is no number of seconds between 1 and 86400",
            where=f"{scope.origin(*path)}  services.{key}.deploy.labels",
            hint=f"set {label} to a number, such as 300",
        )
    return DEFAULT_TIMEOUT
