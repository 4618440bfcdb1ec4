"""A port in its short form: ``[address:][published:]target[/protocol]``, each also a range.

As docker/cli reads it: go-connections' ``nat.ParsePortSpec``, then
``swarmopts.ConvertPortToPortConfig``. Swarm cannot bind a port to one address.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

_RANGE = re.compile(r"(\d+)(?:-(\d+))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class ShortPort:
    """One port of a short form; ``published`` 0 lets the engine choose."""

    target: int
    published: int
    protocol: str


@dataclass(frozen=True, slots=True)
class ShortPorts:
    """What a short form means, and the address in it that swarm cannot honour, or ``""``."""

    ports: tuple[ShortPort, ...]
    dropped_address: str = ""


def read_ports(text: str) -> ShortPorts:
    """Read a short form.

    >>> [(port.published, port.target) for port in read_ports("8000-8001:90-91").ports]
    [(8000, 90), (8001, 91)]

    Raises:
        ValueError: what is wrong with it.
    """
    address, published, target = _split(text)
    target, _, protocol = target.partition("/")
    protocol = (protocol or "tcp").lower()
    if protocol not in ("tcp", "udp", "sctp"):
        raise ValueError(f"{protocol!r} is no protocol: tcp, udp or sctp")
    first, last = _range(target)
    pairs = _pairs(first, last, *_range(published)) if published else [(port, 0) for port in range(first, last + 1)]
    ports = sorted((ShortPort(port, outer, protocol) for port, outer in pairs), key=lambda port: str(port.target))
    return ShortPorts(tuple(ports), _dropped(address))


def _split(text: str) -> tuple[str, str, str]:
    parts = text.split(":")
    if len(parts) <= 2:
        return "", parts[0] if len(parts) == 2 else "", parts[-1]
    return ":".join(parts[:-2]), parts[-2], parts[-1]


def _pairs(first: int, last: int, outer_first: int, outer_last: int) -> list[tuple[int, int]]:
    """A range to a range of equal length, or one target to every published port of a range."""
    if first == last:
        return [(first, outer) for outer in range(outer_first, outer_last + 1)]
    if last - first != outer_last - outer_first:
        raise ValueError("the two ranges are not equally long")
    return [(first + step, outer_first + step) for step in range(last - first + 1)]


def _range(text: str) -> tuple[int, int]:
    match = _RANGE.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no port")
    first, last = int(match[1]), int(match[2] or match[1])
    if not first <= last <= 65535:
        raise ValueError(f"{text!r} is no range of ports up to 65535")
    return first, last


def _dropped(address: str) -> str:
    if not address:
        return ""
    bare = address[1:-1] if address.startswith("[") and address.endswith("]") else address
    try:
        return "" if ipaddress.ip_address(bare).is_unspecified else bare
    except ValueError:
        raise ValueError(f"{address!r} is no IP address") from None
