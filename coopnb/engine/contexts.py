"""Docker's contexts: the servers that the docker CLI knows by name.

A context is ``contexts/meta/<sha256 of its name>/meta.json`` in ``$DOCKER_CONFIG`` (``~/.docker``), its TLS files
lie in ``contexts/tls/<the same>/docker/`` (docker/cli, ``cli/context/store``). They are read and never written.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coopnb.errors import InputError


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where an engine is reached.

    Attributes:
        url: ``unix://``, ``ssh://`` or ``tcp://``.
        tls: the folder with ``ca.pem``, ``cert.pem`` and ``key.pem``, if there is one.
        unverified: whether the context asks for no check of the server's certificate, which is refused.
    """

    url: str
    tls: Path | None = None
    unverified: bool = False


def context_names(environ: Mapping[str, str]) -> tuple[str, ...]:
    """The names of all contexts that can be read, sorted; without ``default``, which has no file."""
    found = []
    for path in sorted((_folder(environ) / "meta").glob("*/meta.json")):
        try:
            name = _read(path)["Name"]
        except (OSError, ValueError, KeyError, TypeError):
            continue
        if isinstance(name, str) and _digest(name) == path.parent.name:
            found.append(name)
    return tuple(sorted(found))


def context_endpoint(name: str, environ: Mapping[str, str]) -> Endpoint | None:
    """Where a context leads; None if there is no context of this name.

    Raises:
        InputError: there is one, and it cannot be read.
    """
    path = _folder(environ) / "meta" / _digest(name) / "meta.json"
    try:
        docker = _read(path)["Endpoints"]["docker"]
        url = str(docker["Host"])
        unverified = bool(docker.get("SkipTLSVerify"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"the docker context {name} cannot be read; nothing was done",
            what=str(error),
            where=str(path),
            hint=f"Mend it, or make it anew: docker context rm {name}; docker context create {name} --docker host=...",
        ) from error
    tls = _folder(environ) / "tls" / _digest(name) / "docker"
    return Endpoint(url, tls if tls.is_dir() else None, unverified)


def _folder(environ: Mapping[str, str]) -> Path:
    chosen = environ.get("DOCKER_CONFIG")
    home = environ.get("HOME")
    return (Path(chosen) if chosen else (Path(home) if home else Path.home()) / ".docker") / "contexts"


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
