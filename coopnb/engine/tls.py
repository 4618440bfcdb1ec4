"""An engine's TCP port behind mutual TLS, as a docker context describes it (``dockerd --tlsverify``).

The engine's certificate must be signed by the context's authority and be for the host in the URL; ours is shown to
it. There is no way without: a port that does not ask who one is gives everybody the machine.
"""

from __future__ import annotations

import os
import ssl
from dataclasses import dataclass
from pathlib import Path

import docker

from coopnb.engine.contexts import Endpoint
from coopnb.errors import InputError

_FILES = ("ca.pem", "cert.pem", "key.pem")
_OVER_SSH = "Or use ssh, which needs no certificates: coopnb server add ops@node1.example.org"


@dataclass(frozen=True, slots=True)
class _Files:
    ca: Path
    cert: Path
    key: Path


def refuse_unsafe(endpoint: Endpoint) -> None:
    """Raise if a ``tcp://`` endpoint does not have all that mutual TLS takes; asks nobody.

    Raises:
        InputError: the check of the server's certificate is switched off, or a file is missing or cannot be read.
    """
    if endpoint.unverified:
        raise InputError(
            "the docker context skips the check of the server's certificate; nothing was done",
            where=f"server {endpoint.url}",
            hint="Anybody in between could be the server. Make the context anew without skip-tls-verify, with ca=...\n"
            f"{_OVER_SSH}",
        )
    if endpoint.tls is None:
        raise InputError(
            "coopnb goes to an engine by tcp:// only with certificates; nothing was done",
            where=f"server {endpoint.url}",
            hint="Without them such a port gives everybody the machine. Give the docker context ca, cert and key:\n"
            f'docker context update NAME --docker "host={endpoint.url},ca=...,cert=...,key=..."\n{_OVER_SSH}',
        )
    for name in _FILES:
        path = endpoint.tls / name
        if not os.access(path, os.R_OK):
            raise InputError(
                f"the docker context's {name} {'cannot be read' if path.exists() else 'is missing'}; nothing was done",
                where=str(path),
                hint="Mutual TLS takes ca, cert and key. Give them to the context again, as who is to use it:\n"
                f'docker context update NAME --docker "host={endpoint.url},ca=...,cert=...,key=..."\n{_OVER_SSH}',
            )


def open_tls(endpoint: Endpoint, timeout: int) -> docker.APIClient:
    """A client of the engine behind ``tcp://host:port``, which has said its version."""
    assert endpoint.tls is not None
    files = _Files(*(endpoint.tls / name for name in _FILES))
    try:
        # Read here once: requests tells of a broken file only by an OSError without a name.
        context = ssl.create_default_context(cafile=str(files.ca))
        context.load_cert_chain(files.cert, files.key, password=_nobody_to_ask)
    except (ssl.SSLError, ValueError) as error:
        raise InputError(
            "the docker context's certificates cannot be used; nothing was done",
            what=str(error),
            where=str(endpoint.tls),
            hint="Is key.pem the key of cert.pem, in PEM and without a passphrase?",
        ) from error
    asking = _client(endpoint, files, "1.41", timeout)
    try:
        version = str(asking.version(api_version=False)["ApiVersion"])
    except KeyError as error:
        raise ConnectionError("whoever answers there says no version, so it is no Docker engine") from error
    finally:
        asking.close()
    return _client(endpoint, files, version, timeout)


def _client(endpoint: Endpoint, files: _Files, version: str, timeout: int) -> docker.APIClient:
    mutual = docker.tls.TLSConfig(client_cert=(str(files.cert), str(files.key)), ca_cert=str(files.ca), verify=True)
    client = docker.APIClient(base_url=endpoint.url, version=version, timeout=timeout, tls=mutual)
    # Otherwise a variable of the environment (REQUESTS_CA_BUNDLE) would count more than the context's authority.
    client.trust_env = False
    return client


def _nobody_to_ask() -> str:
    raise ValueError("key.pem wants a passphrase, and there is nobody to ask")
