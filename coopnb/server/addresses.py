"""Where servers are, by the names operators give them, and where the files are that belong to them.

A name leads, in this order: ``practice`` and ``practice-NAME`` to practice swarms of the workspace; a URL to itself;
``default`` to the engine of this machine; a name that ``coopnb server add NAME URL`` was told to that URL
(``<workspace>/coopnb/endpoints/NAME``); the name of a docker context to its host; the name of a folder under
``servers/`` to ``ssh://NAME``, as it does for abra: who, which port and which key is the matter of ``~/.ssh/config``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from urllib.parse import urlsplit

from coopnb import engine
from coopnb.engine import Endpoint
from coopnb.errors import InputError, SettingsError
from coopnb.workspace import Workspace, checked_name, locate

PRACTICE = "practice"
LOCAL_SOCKET = "unix:///var/run/docker.sock"
LOCAL_FOLDER = "default"
"""Where the field keeps the apps of a local engine (``abra server add --local``)."""

_PRACTICE_NAME = re.compile(r"practice(?:-[a-z0-9]{1,30})?")


def is_practice(server: str) -> bool:
    """Whether a name means a practice swarm of the workspace: ``practice``, ``practice-north``."""
    return _PRACTICE_NAME.fullmatch(server) is not None


def folder_of(server: str) -> str:
    """The folder under ``servers/`` that holds a server's apps: for ``ssh://ops@node1:2222`` that is ``node1``."""
    if server.startswith("ssh://"):
        return _host(server) or LOCAL_FOLDER
    return LOCAL_FOLDER if "://" in server else server


def endpoint_of(server: str, workspace: Workspace, environ: Mapping[str, str] = os.environ) -> Endpoint:
    """Where a server's engine is; of practice swarms the process knows. Asks nobody.

    Raises:
        InputError: the name leads nowhere, or where coopnb does not go.
    """
    if "://" in server:
        engine.refuse_unknown_way(server)
        return Endpoint(server)
    if server == LOCAL_FOLDER:
        return Endpoint(LOCAL_SOCKET)
    found = remembered(workspace, server) or engine.context_endpoint(server, environ)
    if found is None and _is_folder(workspace, server):
        found = Endpoint(f"ssh://{server}")
    if found is None:
        raise InputError(
            f"coopnb knows no way to a server called {server!r}; nothing was done",
            where="the parameter server",
            hint=f"{_meant(workspace, server, environ)}Use one of `coopnb server list`, or add it: "
            "coopnb server add NAME\n"
            "or a URL, as in unix:///path/to/docker.sock or ssh://ops@node1.example.org",
        )
    engine.refuse_unknown_way(found)
    return found


def _meant(workspace: Workspace, server: str, environ: Mapping[str, str]) -> str:
    """A question, where a name is almost one of those there are."""
    folders = [folder.name for folder in workspace.server_folders()]
    near = get_close_matches(server, [PRACTICE, *folders, *engine.context_names(environ)], n=1)
    return f"Did you mean {near[0]}? " if near else ""


def refuse_unknown(server: str, workspace: Workspace) -> None:
    """Raise if no server can be called this; asks nobody."""
    if not is_practice(server):
        endpoint_of(server, workspace)


def remembered(workspace: Workspace, server: str) -> Endpoint | None:
    """The URL that was given when the server was added, if the name alone does not lead there."""
    try:
        url = (workspace.endpoints / checked_name("server", server)).read_text(encoding="utf-8").strip()
    except (OSError, SettingsError):
        return None
    return Endpoint(url) if url else None


def as_workspace(chosen: Workspace | str | Path | None, environ: Mapping[str, str] = os.environ) -> Workspace:
    """The workspace that was given, or the one the environment names."""
    return chosen if isinstance(chosen, Workspace) else locate(chosen, environ)


def _is_folder(workspace: Workspace, server: str) -> bool:
    try:
        return (workspace.servers / checked_name("server", server)).is_dir()
    except SettingsError:
        return False


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
