"""What the field adds to a recipe when it is deployed, and docker does not.

abra gives every setting of the app to its main service (``ExposeAllEnv``: recipes count on it in
their templated configs), and labels that service with what it is. It never takes anything from
the environment of whoever deploys, and neither does this.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from coopnb.model.app import App
from coopnb.model.compose import Compose, Service
from coopnb.model.finding import Finding
from coopnb.model.origin import KeyPath, Origin

MAIN = "app"
"""The service that stands for the app."""
_RECIPE_SETTINGS = ("TYPE", "RECIPE")


@dataclass(frozen=True, slots=True)
class Added:
    """A compose file with the field's additions, where they come from, and what could not be added."""

    compose: Compose
    origins: Mapping[KeyPath, Origin]
    findings: tuple[Finding, ...] = ()


def with_field_additions(app: App) -> Added:
    """Add the app's settings and labels to its main service; what the files say of a name stays."""
    compose, origins = app.recipe.compose, app.recipe.origins
    main = compose.services.get(MAIN)
    if main is None:
        text = f"no service is called {MAIN}: the settings and labels of the app have nowhere to go"
        return Added(compose, origins, (Finding("warning", "no-main-service", text, path=("services",)),))
    added, places = _settings(app, main)
    labels = _labels(app)
    path: KeyPath = ("services", MAIN)
    places.update({(*path, "deploy", "labels", name): Origin("added when it is deployed") for name in labels})
    service = replace(
        main,
        environment={**main.environment, **added},
        deploy=replace(main.deploy, labels={**main.deploy.labels, **labels}),
    )
    return Added(replace(compose, services={**compose.services, MAIN: service}), {**origins, **places})


def _settings(app: App, main: Service) -> tuple[dict[str, str], dict[KeyPath, Origin]]:
    added: dict[str, str] = {}
    places: dict[KeyPath, Origin] = {}
    for name, setting in app.settings.items():
        if name not in main.environment and not setting.commented:
            version = app.recipe.source.version
            added[name] = _at_version(setting.value, version) if name in _RECIPE_SETTINGS else setting.value
            places[("services", MAIN, "environment", name)] = Origin(app.env_file.name, setting.line, (name,))
    if "STACK_NAME" not in main.environment and "STACK_NAME" not in added:
        added["STACK_NAME"] = app.stack
        places[("services", MAIN, "environment", "STACK_NAME")] = Origin(app.env_file.name)
    return added, places


def _at_version(value: str, version: str) -> str:
    """``wiki:1.0.0`` or ``wiki`` -> ``wiki:<version>``; the colon of a URL is not one of a version."""
    recipe, separator, pinned = value.rpartition(":")
    return f"{recipe if separator and '/' not in pinned else value}:{version}"


def _labels(app: App) -> dict[str, str]:
    prefix = f"coop-cloud.{app.stack}"
    return {
        f"{prefix}.recipe": app.recipe.source.recipe,
        f"{prefix}.version": app.recipe.source.version,
        f"{prefix}.chaos": "false",
    }
