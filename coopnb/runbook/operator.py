"""Who runs this: never the notebook protocol's user name, which is the same for everybody."""

from __future__ import annotations

import getpass
import socket
from collections.abc import Mapping


def operator(environ: Mapping[str, str]) -> str:
    """``ana@laptop``: the hub's user, ``$COOPNB_OPERATOR``, or the user of this machine, at this machine."""
    name = environ.get("JUPYTERHUB_USER") or environ.get("COOPNB_OPERATOR") or _user()
    return name if "@" in name else f"{name}@{socket.gethostname()}"


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
