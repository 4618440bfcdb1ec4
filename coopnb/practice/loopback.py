"""Addresses of TCP that only this machine reaches."""

from __future__ import annotations

import ipaddress


def loopback(text: str) -> tuple[str, int]:
    """Host and port of a loopback address as ``127.0.0.1:2375``, ``[::1]:0`` or ``localhost:2375``.

    Raises:
        ValueError: it is none; the practice swarm has no passwords and listens for nobody else.
    """
    host, separator, port = text.removeprefix("tcp://").rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not separator or not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise ValueError(f"{text!r} is no address; write it as 127.0.0.1:2375 (port 0: any that is free)")
    if host == "localhost":
        host = "127.0.0.1"
    try:
        if ipaddress.ip_address(host).is_loopback:
            return host, int(port)
    except ValueError:
        pass
    raise ValueError(
        f"{host!r} is not a loopback address, and whoever reaches a practice swarm may do anything with it; "
        f"write 127.0.0.1:{port}, and use ssh -L to reach it from elsewhere"
    )
