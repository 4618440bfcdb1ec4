"""Where servers are, by the names operators give them, and where the files are that belong to them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from coopnb import engine
from coopnb.workspace import Workspace, locate

PRACTICE = "practice"
LOCAL_SOCKET = "unix:///var/run/docker.sock"
LOCAL_FOLDER = "default"
"""Where the field keeps the apps of a local engine (``abra server add --local``)."""


def folder_of(server: str) -> str:
    """The folder under ``servers/`` that holds a server's apps."""
    return LOCAL_FOLDER if "://" in server else server


def refuse_unknown(server: str) -> None:
    """Raise if no server can be called this; asks nobody."""
    if server not in (PRACTICE, LOCAL_FOLDER):
        engine.refuse_unknown_way(server)


def as_workspace(chosen: Workspace | str | Path | None, environ: Mapping[str, str] = os.environ) -> Workspace:
    """The workspace that was given, or the one the environment names."""
    return chosen if isinstance(chosen, Workspace) else locate(chosen, environ)
