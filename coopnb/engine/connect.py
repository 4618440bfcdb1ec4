"""Opening the door: a URL becomes an :class:`Engine`.

A way in is one function from an endpoint to docker-py's low-level client: a unix socket, an ssh connection, TLS.
Nothing behind :class:`Engine` knows the difference, but that a far one is better asked several things at once.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import docker
from docker.transport import UnixHTTPAdapter
from docker.transport.unixconn import UnixHTTPConnection, UnixHTTPConnectionPool

from coopnb.engine.channels import open_ssh
from coopnb.engine.client import Engine
from coopnb.engine.contexts import Endpoint
from coopnb.engine.mapping import mapped
from coopnb.engine.tls import open_tls, refuse_unsafe
from coopnb.errors import InputError

MINIMUM_API = (1, 41)
"""``ServiceStatus`` in ``GET /services`` and the job modes are there from 1.41 (Docker 20.10)."""

_ANY_URL = "http+docker://localhost"
"""Stands for every URL behind one socket."""
FIRST_ANSWER = 10
"""Seconds until an engine must have said its version: one that lives does so at once."""


def connect(where: str | Endpoint, timeout: int = 30) -> Engine:
    """Connect to an Engine API and agree on a version.

    Args:
        where: a URL as ``unix:///path/to/docker.sock``, or what a docker context says.
        timeout: seconds that one request may take.

    Raises:
        InputError: a kind of URL that coopnb does not speak, or an engine older than 20.10.
        ConnectFailed, TimedOut: nobody answers there.
    """
    refuse_unknown_way(where)
    endpoint = where if isinstance(where, Endpoint) else Endpoint(where)
    url = endpoint.url
    way_in = WAYS_IN[url.partition("://")[0]]
    with mapped("GET", "/version", url):
        client = way_in(endpoint, min(timeout, FIRST_ANSWER))
    engine = Engine(client, url, timeout)
    if tuple(int(part) for part in engine.api_version.split(".")) < MINIMUM_API:
        raise InputError(
            f"the engine at {url} speaks API {engine.api_version}; coopnb needs 1.41",
            where=f"server {url}",
            hint="Upgrade Docker on that server to 20.10 or newer.",
        )
    return engine


def refuse_unknown_way(where: str | Endpoint) -> None:
    """Raise if coopnb does not speak this kind of URL; asks nobody."""
    url = where.url if isinstance(where, Endpoint) else where
    scheme, separator, _ = url.partition("://")
    if scheme == "tcp" and isinstance(where, Endpoint):
        refuse_unsafe(where)
        return
    if scheme in ("tcp", "http", "https"):
        raise InputError(
            f"coopnb does not go to an engine by {scheme}://; nothing was done",
            where=f"server {url}",
            hint="Without certificates such a port gives everybody the machine.\n"
            "Use ssh://, which needs nothing on the server but docker: coopnb server add ops@node1.example.org\n"
            "or a docker context with ca, cert and key, by its name.",
        )
    if not separator or scheme not in WAYS_IN:
        known = ", ".join(f"{name}://" for name in WAYS_IN if name != "tcp")
        raise InputError(
            f"coopnb knows no way to a server called {url!r}; nothing was done",
            where="the parameter server",
            hint=f"Use practice, default (the engine of this machine), or a URL that begins with {known}\n"
            "as in unix:///path/to/docker.sock",
        )


class _Connection(UnixHTTPConnection):
    """Closes the socket that could not be connected, which docker-py's own leaves to the garbage collector."""

    def connect(self) -> None:
        made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            made.settimeout(self.timeout)
            made.connect(self.unix_socket)
        except BaseException:
            made.close()
            raise
        self.sock = made


class _Pool(UnixHTTPConnectionPool):
    def _new_conn(self) -> Any:
        seconds: Any = self.timeout  # a number: docker-py gives no others to its pools
        return _Connection(self.base_url, self.socket_path, seconds)


class _OnePool(UnixHTTPAdapter):
    """Keeps one pool for the socket: docker-py's own makes a new connection for every distinct URL."""

    def get_connection(self, url: Any, proxies: Any = None) -> Any:
        with self.pools.lock:
            pool = self.pools.get(_ANY_URL)
            if pool is None:
                pool = self.pools[_ANY_URL] = _Pool(_ANY_URL, self.socket_path, self.timeout, self.max_pool_size)
        return pool


def _unix(endpoint: Endpoint, timeout: int) -> docker.APIClient:
    url = endpoint.url
    path = url.removeprefix("unix://")
    # docker-py leaves its socket open when nobody answers, so that is found out before.
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(timeout)
        probe.connect(path)
    # docker-py mounts its own adapter and asks the version through it; it gives way to the pooled one.
    client = docker.APIClient(base_url=url, version="auto", timeout=timeout)
    client.get_adapter("http+docker://").close()
    client.mount("http+docker://", _OnePool(f"http+unix://{path}", timeout))
    # A unix socket has no proxies and no netrc; looking for them costs more than the request.
    client.trust_env = False
    return client


def _ssh(endpoint: Endpoint, timeout: int) -> docker.APIClient:
    return open_ssh(endpoint.url, timeout)


WAYS_IN: dict[str, Callable[[Endpoint, int], docker.APIClient]] = {"unix": _unix, "ssh": _ssh, "tcp": open_tls}
