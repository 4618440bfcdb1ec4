"""Answers every DNS question on an address with "no such name", at once.

Docker's embedded resolver says nothing when its own resolver cannot be reached, so that a container waits 10 s or more
for each foreign name it asks for. Behind this one, it learns immediately that there is no world outside.
"""

from __future__ import annotations

import socket
import sys

HEADER = 12
RESPONSE_NXDOMAIN = 0x8183


def answer(query: bytes) -> bytes:
    """Return the response to one query: its id, its question, and NXDOMAIN (RFC 1035, section 4.1)."""
    end = HEADER
    while end < len(query) and query[end]:
        end += query[end] + 1
    question = query[HEADER : end + 5]
    return query[:2] + RESPONSE_NXDOMAIN.to_bytes(2, "big") + b"\0\1\0\0\0\0\0\0" + question


def main(address: str) -> None:
    """Serve until the process is ended."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind((address, 53))
        while True:
            query, sender = server.recvfrom(4096)
            if len(query) > HEADER:
                server.sendto(answer(query), sender)


if __name__ == "__main__":
    main(sys.argv[1])
