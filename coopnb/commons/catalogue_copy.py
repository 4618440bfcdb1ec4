"""Where the catalogue comes from, and the copy that is kept of it for when that cannot be reached."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from coopnb import envfile
from coopnb.commons.addresses import without_credentials
from coopnb.commons.catalogue import parse_catalogue
from coopnb.errors import CommonsError
from coopnb.model.catalogue import Catalogue
from coopnb.workspace import Workspace

if TYPE_CHECKING:
    from urllib3 import HTTPResponse

DEFAULT = "https://recipes.coopcloud.tech/recipes.json"
"""The catalogue of the field."""

VARIABLE = "COOPNB_CATALOGUE"
"""The environment variable that names another; so does ``CATALOGUE=`` in ``<workspace>/coopnb/config.env``."""

LARGEST = 8 << 20
"""Bytes of the largest catalogue that is read; the field's is about 2 MiB, and this much is read in seconds."""

SECONDS = 30.0
"""How long fetching it may take in all."""

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_REDIRECTS = 3


def catalogue_source(workspace: Workspace, environ: Mapping[str, str] = os.environ) -> str:
    """Say which catalogue is meant: the environment's, the workspace's own setting, the field's copy here, the field's.

    Raises:
        SettingsError: the workspace's configuration does not parse.
    """
    if named := environ.get(VARIABLE, "").strip():
        return named
    config = workspace.own / "config.env"
    if config.is_file() and (named := envfile.read(config).values.get("CATALOGUE", "").strip()):
        return named
    of_abra = workspace.root / "catalogue" / "recipes.json"
    return str(of_abra) if of_abra.is_file() else DEFAULT


def catalogue(
    workspace: Workspace,
    environ: Mapping[str, str] = os.environ,
    *,
    refresh: bool = False,
    seconds: float = SECONDS,
) -> Catalogue:
    """Give the catalogue: a file is read, a URL is asked only when ``refresh`` says so, else the kept copy speaks.

    Never raises for a catalogue that cannot be had or read: then the kept copy is given with the problem in
    words, or an empty catalogue with it.
    """
    found = _known(workspace, catalogue_source(workspace, environ), refresh, seconds)
    return replace(found, source=without_credentials(found.source), problem=without_credentials(found.problem))


def _known(workspace: Workspace, source: str, refresh: bool, seconds: float) -> Catalogue:
    kept = _kept(workspace, source)
    if not refresh and "://" in source:
        return kept
    try:
        content = _download(source, seconds) if "://" in source else _read(Path(source).expanduser())
        fresh = parse_catalogue(content, source, _now())
    except CommonsError as error:
        return replace(kept, problem=str(error))
    if "://" in source or fresh.entries != kept.entries:
        _keep(workspace, content, fresh)
    return fresh


def _kept(workspace: Workspace, source: str) -> Catalogue:
    """The copy of this source; a copy that cannot be read counts as none."""
    try:
        loaded = json.loads(_file(workspace).read_bytes())
        if loaded["source"] != source:
            return Catalogue(source=source)
        return parse_catalogue(loaded["content"].encode(), source, str(loaded["as_of"]))
    except FileNotFoundError:
        return Catalogue(source=source)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, CommonsError):
        return Catalogue(source=source)


def _keep(workspace: Workspace, content: bytes, fresh: Catalogue) -> None:
    workspace.make(workspace.own)
    kept = {"source": fresh.source, "as_of": fresh.as_of, "content": content.decode("utf-8-sig")}
    envfile.write(_file(workspace), json.dumps(kept, ensure_ascii=False))


def _file(workspace: Workspace) -> Path:
    return workspace.own / "catalogue.json"


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise CommonsError(
            f"the catalogue cannot be read: {error.strerror}", where=str(path), hint=f"check the path in ${VARIABLE}"
        ) from error
    return _bounded(content, str(path))


def _download(url: str, seconds: float) -> bytes:
    """Ask a URL, over https or on this machine; redirects may not leave that."""
    import requests
    from urllib3.exceptions import HTTPError, ProtocolError

    ends = time.monotonic() + seconds
    try:
        with requests.Session() as session:
            for _ in range(_REDIRECTS + 1):
                _refuse_open_way(url)
                with session.get(url, stream=True, timeout=(seconds / 3, seconds / 3), allow_redirects=False) as answer:
                    following = session.get_redirect_target(answer)
                    if following is not None:
                        url = requests.compat.urljoin(url, following)
                        continue
                    if answer.status_code != 200:
                        raise CommonsError(
                            f"the catalogue's server answers {answer.status_code} {answer.reason or ''}".rstrip(),
                            where=url,
                            hint="check the address",
                        )
                    return _taken(answer.raw, answer.headers.get("Content-Length", ""), url, ends)
    except (ProtocolError, requests.exceptions.ChunkedEncodingError) as error:
        raise CommonsError(
            "the catalogue was cut off: its server ended the connection in the middle",
            where=url,
            hint="try again",
        ) from error
    except requests.Timeout as error:
        raise _too_slow(url) from error
    except (requests.RequestException, HTTPError) as error:
        raise CommonsError(
            "the catalogue's server cannot be reached",
            what=type(error).__name__,
            where=url,
            hint="check the network and the address",
        ) from error
    raise CommonsError("the catalogue's address leads on and on", where=url, hint="name the address it ends at")


def _taken(raw: HTTPResponse, length: str, url: str, ends: float) -> bytes:
    """Read a body as it comes: whoever waits for whole chunks waits for ever for a server that drips."""
    if length.isdigit() and int(length) > LARGEST:
        raise _too_large(url)
    from urllib3.exceptions import ReadTimeoutError

    content = bytearray()
    try:
        while piece := raw.read1(1 << 16, decode_content=True):
            content += piece
            if len(content) > LARGEST:
                raise _too_large(url)
            if time.monotonic() > ends:
                raise _too_slow(url)
    except ReadTimeoutError as error:
        raise _too_slow(url) from error
    return bytes(content)


def _too_slow(url: str) -> CommonsError:
    return CommonsError(
        "the catalogue's server takes too long",
        where=url,
        hint="try again later",
    )


def _too_large(source: str) -> CommonsError:
    return CommonsError(
        f"the catalogue is larger than {LARGEST >> 20} MiB",
        where=source,
        hint="is it a catalogue at all?",
    )


def _bounded(content: bytes, source: str) -> bytes:
    if len(content) > LARGEST:
        raise _too_large(source)
    return content


def _refuse_open_way(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        return
    raise CommonsError(
        "a catalogue is fetched over https, or read from a file",
        where=url[:200],
        hint=f"${VARIABLE}={DEFAULT}, or the path of a recipes.json",
    )


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
