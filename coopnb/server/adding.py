"""A server joins the workspace: its folder is made, and its URL kept where the name alone does not lead to it."""

from __future__ import annotations

import os

from coopnb import engine
from coopnb.engine import Endpoint
from coopnb.errors import InputError, WorkspaceError
from coopnb.server.addresses import LOCAL_FOLDER, folder_of, is_practice, remembered
from coopnb.workspace import Workspace, checked_name


def add_server(workspace: Workspace, said: str, url: str = "") -> tuple[str, bool]:
    """Make ``servers/NAME`` as abra does; the name, and whether the folder is new. Asks nobody.

    Args:
        said: a name, or ``ops@node1.example.org``, or a URL over ssh: then the name is the host.
        url: where the engine is; kept in ``coopnb/endpoints/NAME`` if ``ssh://NAME`` and no docker context says so.

    Raises:
        InputError: no name, no way coopnb goes, or the name leads elsewhere already.
    """
    if not url and ("@" in said or "://" in said):
        url = said if "://" in said else f"ssh://{said}"
    name = checked_name("server", folder_of(url) if url and ("@" in said or "://" in said) else said)
    if is_practice(name):
        raise InputError(f"{name} is a practice swarm and needs no adding", hint="Start it: coopnb practice up")
    if url:
        engine.refuse_unknown_way(url)
        if url.startswith("ssh://"):
            engine.refuse_no_address(url)
        _keep(workspace, name, url)
    folder = workspace.servers / name
    new = not folder.is_dir()
    workspace.make(folder)
    return name, new


def _keep(workspace: Workspace, name: str, url: str) -> None:
    context = engine.context_endpoint(name, os.environ)
    old = remembered(workspace, name) or context
    if old is None and (workspace.servers / name).is_dir() and name != LOCAL_FOLDER:
        old = Endpoint(f"ssh://{name}")
    if old is not None and old.url != url:
        raise InputError(
            f"{name} leads to {old.url} already; nothing was done",
            where=str(workspace.endpoints / name) if context is None else f"docker context {name}",
            hint="Add it under another name, or take the old way out there first.",
        )
    if old is not None or url == f"ssh://{name}":
        return
    path = workspace.make(workspace.endpoints) / name
    try:
        path.write_text(f"{url}\n", encoding="utf-8")
    except OSError as error:
        raise WorkspaceError(f"the server's URL cannot be kept: {error.strerror}", where=str(path)) from error
