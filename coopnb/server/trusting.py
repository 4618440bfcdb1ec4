"""Trusting a server's host key: shown with its fingerprint, and written down only after somebody has said so."""

from __future__ import annotations

from coopnb import engine
from coopnb.engine import HostKey
from coopnb.errors import InputError, NotApproved
from coopnb.server.addresses import endpoint_of, is_practice
from coopnb.workspace import Workspace

PATIENCE = 10.0


def shown_key(name: str, workspace: Workspace) -> HostKey:
    """The key that a server shows now, and what is known of it. Logs in nowhere.

    Raises:
        InputError: the server is not reached over ssh.
        TransportError: it does not answer.
    """
    if is_practice(name):
        raise InputError(f"{name} is a practice swarm on this machine and has no host key; there is nothing to trust")
    url = endpoint_of(name, workspace).url
    if not url.startswith("ssh://"):
        raise InputError(f"{name} is not reached over ssh, so it has no host key", where=f"server {url}")
    return engine.seen_host_key(url, PATIENCE)


def trust_key(seen: HostKey, *, fingerprint: str = "", typed: str | None = None) -> None:
    """Write a host key into ``known_hosts``, if the fingerprint is the one that is expected or its name was typed.

    Raises:
        InputError: the fingerprint is another one, the key is revoked, or the file cannot be written.
        NotApproved: neither was given, or another name was typed.
    """
    if seen.standing == "revoked":
        raise InputError(
            f"the key of {seen.name} is marked as revoked; nothing was written",
            where=seen.others[0].where,
            hint="Ask whoever runs the server for its new key.",
        )
    if fingerprint and fingerprint.strip() != seen.fingerprint:
        raise InputError(
            f"{seen.name} shows another key than the one you expect; nothing was written",
            what=f"expected {fingerprint.strip()}\nshown    {seen.fingerprint}",
            hint="Somebody may be in between: ask whoever runs the server.",
        )
    if not fingerprint and typed != seen.name:
        raise NotApproved(
            f"the key of {seen.name} was not trusted; nothing was written",
            what=f"it shows {seen.kind} {seen.fingerprint}",
            hint=f"Compare it with whoever runs the server, then type {seen.name}, "
            f"or say --fingerprint {seen.fingerprint}",
        )
    if stuck := [other for other in seen.others if other.path != seen.file or not other.alone]:
        raise InputError(
            f"another key of {seen.name} is known in a line that coopnb does not change; nothing was written",
            where="\n".join(other.where for other in stuck),
            hint="Take the old key out of that line, then trust the new one.",
        )
    try:
        engine.trust(seen)
    except OSError as error:
        raise InputError(f"the key cannot be written down: {error.strerror}", where=str(seen.file)) from error
