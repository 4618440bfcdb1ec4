"""The way to a server: hop by hop, each greeted, known by its key, and logged in to."""

from __future__ import annotations

import logging
import socket
import time
from contextlib import suppress
from pathlib import Path

import paramiko

from coopnb.engine.known_hosts import HostKey, judge, known_keys, without_port
from coopnb.engine.ssh_config import Hop, read_hop
from coopnb.engine.ssh_keys import log_in
from coopnb.engine.ssh_proxy import ProxySocket
from coopnb.errors import ConnectFailed, TimedOut

KEEP_ALIVE = 30
"""Seconds between signs of life on a connection, so that no router in between forgets it."""

_LOG = logging.getLogger("coopnb.ssh")
_LOG.addHandler(logging.NullHandler())
_LOG.propagate = False

_Line = socket.socket | paramiko.Channel | ProxySocket


def dial(hop: Hop, url: str, home: Path, deadline: float, depth: int = 0) -> list[paramiko.Transport]:
    """Connect and log in, hop by hop; the last is the one asked for."""
    chain = way(hop, url, home, deadline, depth)
    try:
        return [*chain, _enter(hop, chain, url, deadline)]
    except BaseException:
        hang_up(chain)
        raise


def hang_up(chain: list[paramiko.Transport]) -> None:
    """Close connections, the last hop's first, and see their threads end."""
    for transport in reversed(chain):
        transport.close()
        if transport.ident is not None:
            transport.join(2)


def way(hop: Hop, url: str, home: Path, deadline: float, depth: int = 0) -> list[paramiko.Transport]:
    """The connections before the last one (``ProxyJump``)."""
    if depth > 8:
        raise ConnectFailed(f"the ssh config jumps in a circle at {hop.said}", where=f"server {url}")
    chain: list[paramiko.Transport] = []
    try:
        for at, jump in enumerate(hop.jumps):
            before = read_hop(jump, home)
            # A jump after the first comes from the one before it, whatever its own entry says.
            if at:
                chain.append(_enter(before, chain, url, deadline))
            else:
                chain = dial(before, url, home, deadline, depth + 1)
    except BaseException:
        hang_up(chain)
        raise
    return chain


def _enter(hop: Hop, chain: list[paramiko.Transport], url: str, deadline: float) -> paramiko.Transport:
    """Connect to a hop through those before it, see that it is the one that is known, and log in."""
    transport = greet(hop, chain, url, deadline)
    try:
        _refuse_stranger(judge(hop.known_as, transport.get_remote_server_key(), hop.known_hosts), hop, url)
        transport.auth_timeout = max(1.0, deadline - time.monotonic())
        try:
            log_in(transport, hop, url)
        except (paramiko.SSHException, EOFError, OSError) as error:
            raise _broken(hop, url, error, deadline) from error
        transport.set_keepalive(KEEP_ALIVE)
    except BaseException:
        hang_up([transport])
        raise
    return transport


def greet(hop: Hop, chain: list[paramiko.Transport], url: str, deadline: float) -> paramiko.Transport:
    """Connect, and agree on keys: from here on it is known which server this is."""
    line: _Line | None = None
    transport: paramiko.Transport | None = None
    left = max(0.1, deadline - time.monotonic())
    try:
        line = _line(hop, chain, left)
        # Typed as a socket: that is what the others stand for.
        transport = paramiko.Transport(line)  # type: ignore[arg-type]
        transport.set_log_channel(_LOG.name)
        transport.banner_timeout = transport.channel_timeout = left
        _prefer_known(transport, hop)
        transport.start_client(timeout=left)
        if not transport.is_active() or not transport.initial_kex_done:
            raise TimeoutError("the server did not agree on keys in time")
    except (paramiko.SSHException, EOFError, OSError) as error:
        if transport is not None:
            hang_up([transport])
        if line is not None:
            line.close()
        raise _broken(hop, url, error, deadline, line.said() if isinstance(line, ProxySocket) else "") from error
    return transport


def _line(hop: Hop, chain: list[paramiko.Transport], left: float) -> _Line:
    if chain:
        return chain[-1].open_channel("direct-tcpip", (hop.host, hop.port), ("127.0.0.1", 0), timeout=left)
    if hop.proxy_command:
        return ProxySocket(hop.proxy_command)
    return socket.create_connection((hop.host, hop.port), timeout=left)


def _prefer_known(transport: paramiko.Transport, hop: Hop) -> None:
    """Ask for the kind of key that is known, or a server that has several kinds would seem to have changed."""
    names = (hop.known_as, without_port(hop.known_as))
    kinds = {entry.kind for name in names for entry in known_keys(name, hop.known_hosts) if not entry.revoked}
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
            what=shown if not seen.authority else f"{shown}\nan authority may vouch for it: coopnb does not ask one",
            where=where + (f"\n{seen.authority}" if seen.authority else ""),
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


def _broken(
    hop: Hop, url: str, error: BaseException, deadline: float, proxy_said: str = ""
) -> ConnectFailed | TimedOut:
    """Say what went wrong between here and a hop.

    Args:
        proxy_said: the last words of the command that is the connection, if there is one.
    """
    place = f"through ProxyCommand {hop.proxy_command}" if hop.proxy_command else f"{hop.host}, port {hop.port}"
    proxied = f"the ProxyCommand: {proxy_said}" if proxy_said else None
    late = time.monotonic() >= deadline - 0.3
    if isinstance(error, TimeoutError) or late:
        return TimedOut(
            f"{hop.host if hop.proxy_command else place} did not answer over ssh in time",
            what=proxied,
            where=f"server {url}",
            hint=f"Is it up, and is it an sshd that listens there? Try: ssh -v {hop.said}",
        )
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error) or type(error).__name__
    with suppress(AttributeError, IndexError):
        reason = error.args[1] if isinstance(error, paramiko.ChannelException) else reason
    return ConnectFailed(
        f"the server cannot be reached over ssh: {reason}",
        what="\n".join(part for part in (f"ssh to {place} as {hop.user}", proxied) if part),
        where=f"server {url}",
        hint=f"Are host and port right? Try: ssh -v {hop.said}",
    )
