"""A new app's settings, from its recipe's sample and what was filled in; nothing is deployed."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from coopnb import commons, envfile
from coopnb.errors import SettingsError
from coopnb.model.settings_form import Filled
from coopnb.server.addresses import folder_of, is_practice, refuse_unknown
from coopnb.server.practising import plant_samples
from coopnb.workspace import Workspace


@dataclass(frozen=True, slots=True)
class MadeApp:
    """Settings that were written.

    Attributes:
        appended: the settings that the sample does not have.
    """

    path: Path
    recipe: str
    version: str
    appended: tuple[str, ...]


def make_app(
    workspace: Workspace, server: str, domain: str, recipe: str, version: str, settings: Mapping[str, str]
) -> MadeApp:
    """Write the settings of a new app; a recipe of the catalogue that is not here yet is fetched.

    Args:
        settings: by name, as :func:`coopnb.envfile.chosen` understands them.

    Raises:
        InputError: no server can be called so.
        SettingsError: the app exists, on this server or another; a name or a value is none.
        CommonsError: there is no such recipe or version.
    """
    refuse_unknown(server, workspace)
    if is_practice(server) or not commons.names(workspace):
        plant_samples(workspace)
    folder = folder_of(server)
    path = workspace.env_file(folder, domain)
    others = [on for on, app in workspace.apps() if app == domain]
    if others:
        raise SettingsError(
            f"{domain} is an app of the server {', '.join(others)} already; nothing was written",
            where=str(path.parent.parent / others[0] / path.name),
            hint="deploy it with the settings it has, or choose another domain",
        )
    commons.have(workspace, recipe)
    with tempfile.TemporaryDirectory(prefix="coopnb-new-") as draft:
        source = commons.read_version(workspace, recipe, version, Path(draft))
        sample = source.root / ".env.sample"
        text = commons.proposal(envfile.read(sample, ".env.sample").text, recipe, domain) if sample.is_file() else ""
        changes, more = _sorted(text, settings)
        made = commons.new_app(workspace, folder, domain, source, changes, more)
    return MadeApp(made, recipe, source.version, tuple(more))


def _sorted(text: str, settings: Mapping[str, str]) -> tuple[dict[str, Filled], dict[str, str]]:
    """Part what the sample has a field for from what it has none for."""
    changes: dict[str, Filled] = {}
    more: dict[str, str] = {}
    for name, value in settings.items():
        if name in ("TYPE", "RECIPE"):
            raise SettingsError(f"{name} is set by the recipe and version that are named; nothing was written")
        if field := envfile.chosen(text, name, value):
            changes[field[0]] = field[1]
        else:
            more[name] = value
    return changes, more
