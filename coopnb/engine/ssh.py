"""Servers over ssh: one connection a server, on it one channel a concurrent request.

Each channel runs ``docker system dial-stdio`` over there, which is what docker's own CLI does: it joins the
channel to the engine's socket, and needs nothing that a server with docker does not have.
"""

from __future__ import annotations

import logging
import socket
import threading
import time
from contextlib import suppress
from pathlib import Path

import paramiko

from coopnb.engine.known_hosts import HostKey, judge, known_keys
from coopnb.engine.mapping import LineCut
from coopnb.engine.ssh_config import Hop, read_hop
from coopnb.engine.ssh_keys import log_in
from coopnb.errors import ConnectFailed, TimedOut

DIAL = "docker system dial-stdio"
KEEP_ALIVE = 30
"""Seconds between signs of life on a connection, so that no router in between forgets it."""

_LOG = logging.getLogger("coopnb.ssh")
_LOG.addHandler(logging.NullHandler())
_LOG.propagate = False


class SshLine:
    """One ssh connection, made when it is needed and again when it broke.

    Args:
        url: ``ssh://[user@]host[:port]``; the user's ssh config says the rest.
        timeout: seconds until it must stand, and a channel on it.

    Raises:
        InputError: the URL or the ssh config cannot be read.
    """

    def __init__(self, url: str, timeout: float, home: Path | None = None) -> None:
        self.url = url
        self._timeout = timeout
        self._home = home or Path.home()
        self._hop = read_hop(url, self._home)
        self._lock = threading.Lock()
        self._chain: list[paramiko.Transport] = []

    def open_channel(self) -> paramiko.Channel:
        """A channel that ends at the engine's socket.

        Raises:
            ConnectFailed, TimedOut: the server cannot be reached, is not known, or lets nobody in.
            OSError: the connection broke, or it gives no channel.
        """
        with self._lock:
            if not self._chain or not self._chain[-1].is_active():
                self._hang_up()
                self._chain = _dial(self._hop, self.url, self._home, time.monotonic() + self._timeout)
            transport = self._chain[-1]
        try:
            channel = transport.open_session(timeout=self._timeout)
            channel.settimeout(self._timeout)
            channel.exec_command(DIAL)
        except paramiko.ChannelException as error:
            raise ConnectionError(
                f"sshd opens no more channels ({error.text}); is its MaxSessions below 10?"
            ) from error
        except (paramiko.SSHException, EOFError, OSError) as error:
            raise LineCut("the ssh connection broke") from error
        return channel

    def alive(self) -> bool:
        """Whether the connection stands, as far as this side knows."""
        return bool(self._chain) and self._chain[-1].is_active()

    def close(self) -> None:
        """End the connection, its channels and its threads."""
        with self._lock:
            self._hang_up()

    def _hang_up(self) -> None:
        _hang_up(self._chain)
        self._chain = []


def refuse_no_address(url: str, home: Path | None = None) -> None:
    """Raise InputError if this is no address over ssh; asks nobody."""
    read_hop(url, home or Path.home())


def seen_host_key(url: str, timeout: float, home: Path | None = None) -> HostKey:
    """The key that a server shows now, without logging in; the hops before it must be known.

    Raises:
        InputError, ConnectFailed, TimedOut: as of a connection.
    """
    home = home or Path.home()
    hop = read_hop(url, home)
    deadline = time.monotonic() + timeout
    chain = _way(hop, url, home, deadline)
    try:
        chain.append(_greet(hop, chain, url, deadline))
        return judge(hop.known_as, chain[-1].get_remote_server_key(), hop.known_hosts)
    finally:
        _hang_up(chain)


def _dial(hop: Hop, url: str, home: Path, deadline: float, depth: int = 0) -> list[paramiko.Transport]:
    """Connect and log in, hop by hop; the last is the one asked for."""
    chain = _way(hop, url, home, deadline, depth)
    try:
        chain.append(transport := _greet(hop, chain, url, deadline))
        _refuse_stranger(judge(hop.known_as, transport.get_remote_server_key(), hop.known_hosts), hop, url)
        transport.auth_timeout = max(1.0, deadline - time.monotonic())
        try:
            log_in(transport, hop, url)
        except (paramiko.SSHException, EOFError, OSError) as error:
            raise _broken(hop, url, error, deadline) from error
        transport.set_keepalive(KEEP_ALIVE)
    except BaseException:
        _hang_up(chain)
        raise
    return chain


def _hang_up(chain: list[paramiko.Transport]) -> None:
    """Close connections, the last hop's first, and see their threads end."""
    for transport in reversed(chain):
        transport.close()
        if transport.ident is not None:
            transport.join(2)


def _way(hop: Hop, url: str, home: Path, deadline: float, depth: int = 0) -> list[paramiko.Transport]:
    """The connections before the last one (``ProxyJump``)."""
    if depth > 8:
        raise ConnectFailed(f"the ssh config jumps in a circle at {hop.said}", where=f"server {url}")
    chain: list[paramiko.Transport] = []
    for at, jump in enumerate(hop.jumps):
        before = read_hop(jump, home)
        # A jump after the first comes from the one before it, whatever its own entry says.
        if at:
            chain.append(transport := _greet(before, chain, url, deadline))
            _refuse_stranger(judge(before.known_as, transport.get_remote_server_key(), before.known_hosts), before, url)
            log_in(transport, before, url)
        else:
            chain = _dial(before, url, home, deadline, depth + 1)
    return chain


def _greet(hop: Hop, chain: list[paramiko.Transport], url: str, deadline: float) -> paramiko.Transport:
    """Connect, and agree on keys: from here on it is known which server this is."""
    transport: paramiko.Transport | None = None
    left = max(0.1, deadline - time.monotonic())
    try:
        transport = paramiko.Transport(_socket(hop, chain, left))
        transport.set_log_channel(_LOG.name)
        transport.banner_timeout = transport.channel_timeout = left
        _prefer_known(transport, hop)
        transport.start_client(timeout=left)
        if not transport.is_active() or not transport.initial_kex_done:
            raise TimeoutError("the server did not agree on keys in time")
    except (paramiko.SSHException, EOFError, OSError) as error:
        if transport is not None:
            _hang_up([transport])
        raise _broken(hop, url, error, deadline) from error
    return transport


def _socket(hop: Hop, chain: list[paramiko.Transport], left: float) -> socket.socket | paramiko.Channel:
    if chain:
        return chain[-1].open_channel("direct-tcpip", (hop.host, hop.port), ("127.0.0.1", 0), timeout=left)
    if hop.proxy_command:
        # Typed as a socket: that is what it stands for.
        return paramiko.ProxyCommand(hop.proxy_command)  # type: ignore[return-value]
    return socket.create_connection((hop.host, hop.port), timeout=left)


def _prefer_known(transport: paramiko.Transport, hop: Hop) -> None:
    """Ask for the kind of key that is known, or a server that has several kinds would seem to have changed."""
    kinds = {entry.kind for entry in known_keys(hop.known_as, hop.known_hosts)}
    if "ssh-rsa" in kinds:
        kinds |= {"rsa-sha2-512", "rsa-sha2-256"}
    options = transport.get_security_options()
    options.key_types = tuple(sorted(options.key_types, key=lambda kind: kind not in kinds))


def _refuse_stranger(seen: HostKey, hop: Hop, url: str) -> None:
    if seen.standing == "known":
        return
    trusting = f"coopnb server trust ssh://{hop.said}"
    where = f"server {url}" + "".join(f"\n{other.where}" for other in seen.others)
    shown = f"it shows {seen.kind} {seen.fingerprint}"
    if seen.standing == "unknown":
        raise ConnectFailed(
            f"the server {seen.name} is not known yet, so nothing was said to it",
            what=shown,
            where=where,
            hint=f"Compare the fingerprint with whoever runs the server, then: {trusting}",
        )
    if seen.standing == "revoked":
        raise ConnectFailed(
            f"the key of the server {seen.name} is marked as revoked; nothing was said to it",
            what=shown,
            where=where,
            hint="Ask whoever runs the server; a revoked key is never to be trusted again.",
        )
    raise ConnectFailed(
        f"the server {seen.name} shows another key than the one that is known; nothing was said to it",
        what=f"{shown}\nknown is {seen.others[0].kind} at {seen.others[0].where}",
        where=where,
        hint="Somebody may be in between, or the server was set up anew: ask whoever runs it for its fingerprint.\n"
        f"Only if it is the one above: {trusting}",
    )


def _broken(hop: Hop, url: str, error: BaseException, deadline: float) -> ConnectFailed | TimedOut:
    """Say what went wrong between here and a hop."""
    place = f"{hop.host}, port {hop.port}"
    late = time.monotonic() >= deadline - 0.3
    if isinstance(error, TimeoutError) or late:
        return TimedOut(
            f"{place} did not answer over ssh in time",
            where=f"server {url}",
            hint=f"Is it up, and is it an sshd that listens there? Try: ssh -v {hop.said}",
        )
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error) or type(error).__name__
    with suppress(AttributeError, IndexError):
        reason = error.args[1] if isinstance(error, paramiko.ChannelException) else reason
    return ConnectFailed(
        f"the server cannot be reached over ssh: {reason}",
        what=f"ssh to {place} as {hop.user}",
        where=f"server {url}",
        hint=f"Are host and port right? Try: ssh -v {hop.said}",
    )
