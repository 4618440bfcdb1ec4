"""Docker's multiplexed log stream (Engine API, "Attach to a container", stream format)."""

from __future__ import annotations

import struct

_HEADER = struct.Struct(">BxxxL")


def demultiplex(raw: bytes) -> tuple[str, ...]:
    """The lines of a log answer. A stream of a TTY has no headers and is taken as it is."""
    chunks: list[bytes] = []
    position = 0
    while position + _HEADER.size <= len(raw):
        stream, size = _HEADER.unpack_from(raw, position)
        if stream > 3 or raw[position + 1 : position + 4] != b"\0\0\0":
            return tuple(raw.decode("utf-8", "replace").splitlines())
        position += _HEADER.size
        chunks.append(raw[position : position + size])
        position += size
    return tuple(b"".join(chunks).decode("utf-8", "replace").splitlines())
