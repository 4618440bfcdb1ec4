"""The version that an app's settings name: written once it was seen to run, by one rule for every runbook."""

from __future__ import annotations

from pathlib import Path

from coopnb import envfile
from coopnb.model.pin import Pin
from coopnb.model.plan import Plan
from coopnb.runbook.procedure import Note
from coopnb.runbook.settings_file import write_settings
from coopnb.server import folder_of
from coopnb.workspace import Workspace


def pin(workspace: Workspace, server: str, domain: str, plan: Plan, note: Note) -> Pin | None:
    """Write the version of a plan that was seen to run into the app's settings, as abra does; no other byte is touched.

    Args:
        server, domain: as they were chosen, which tells where the settings lie; what a kept state calls its app is
            what somebody wrote into the swarm.

    Returns:
        What the settings named before, as :func:`pin_of` does.

    Raises:
        SettingsError: the settings cannot be read or written.
        LedgerError: it could not be noted; nothing was written.
    """
    found = pin_of(workspace, server, domain, plan)
    if found is not None and found.differs:
        path = _path(workspace, server, domain)
        settings = envfile.read(path)
        key = _key(settings)
        write_settings(workspace, path, envfile.set_value(settings.text, key, found.runs), {key: found.runs}, note)
    return found


def pin_of(workspace: Workspace, server: str, domain: str, plan: Plan) -> Pin | None:
    """Look at what the settings name; ``None`` for a plan without a version: of services as they run, of stack files.

    Raises:
        SettingsError: the settings cannot be read.
    """
    if plan.live is not None or plan.stack.plain:
        return None
    path = _path(workspace, server, domain)
    runs = f"{plan.recipe}:{plan.version_after}"
    if not path.is_file():
        return Pin(domain, "", "", runs)  # another admin's machine has them
    settings = envfile.read(path)
    return Pin(domain, str(path.relative_to(workspace.root)), settings.values.get(_key(settings), ""), runs)


def _path(workspace: Workspace, server: str, domain: str) -> Path:
    return workspace.env_file(folder_of(server), domain)


def _key(settings: envfile.EnvFile) -> str:
    return "TYPE" if "TYPE" in settings.values else "RECIPE"
