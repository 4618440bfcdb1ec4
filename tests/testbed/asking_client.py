"""Asks a page again and again from where it is started, resolves its name for every request, and never asks twice.

Runs in the network namespace of a container, where Docker's resolver answers on 127.0.0.11; needs nothing but Python.
Prints a line a request: the second it began in, seconds it took, then ``200`` and who answered, or what failed.
"""

from __future__ import annotations

import http.client
import os
import signal
import socket
import sys
import time

RESOLVER = ("127.0.0.11", 53)
PATIENCE = 5.0
"""Seconds that an answer may take."""
PAUSE = 0.01


def addresses(name: str, number: int) -> list[str]:
    """Ask Docker's resolver for a name's IPv4 addresses (RFC 1035). Raises OSError with the resolver's code if none."""
    identity = number.to_bytes(2, "big")
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    question = labels + b"\0\0\1\0\1"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(PATIENCE)
        client.sendto(identity + b"\1\0\0\1\0\0\0\0\0\0" + question, RESOLVER)
        answer = client.recv(4096)
    code = answer[3] & 15
    count = int.from_bytes(answer[6:8], "big")
    found = []
    place = 12 + len(question)
    for _ in range(count):
        place += 2 if answer[place] >= 192 else len(labels) + 1
        kind, size = (
            int.from_bytes(answer[place : place + 2], "big"),
            int.from_bytes(answer[place + 8 : place + 10], "big"),
        )
        if kind == 1:
            found.append(socket.inet_ntoa(answer[place + 10 : place + 14]))
        place += 10 + size
    if not found:
        raise OSError(f"no address for the name, code {code}")
    return found


def ask(name: str, host: str, path: str, number: int) -> str:
    """Make one request; return its status and who answered, or what failed."""
    try:
        address = addresses(name, number % 65536)[0]
    except OSError as error:
        return f"resolver: {error}"
    connection = http.client.HTTPConnection(address, 80, timeout=PATIENCE)
    try:
        connection.request("GET", path, headers={"Host": host, "Connection": "close"})
        response = connection.getresponse()
        response.read()
    except (OSError, http.client.HTTPException) as error:
        return f"{address}: {type(error).__name__} {error}".strip()
    finally:
        connection.close()
    return f"{response.status} {address}"


def main(name: str, host: str, path: str) -> None:
    """Ask until SIGTERM comes; the request that is under way is still finished."""
    ended = []
    signal.signal(signal.SIGTERM, lambda *_: ended.append(True))
    parent = os.getppid()
    start = time.monotonic()
    number = 0
    while not ended and os.getppid() == parent:
        begin = time.monotonic()
        said = ask(name, host, path, number)
        now = time.monotonic()
        print(f"{begin - start:.3f} {now - begin:.3f} {said}", flush=True)
        number += 1
        time.sleep(PAUSE)


if __name__ == "__main__":
    main(*sys.argv[1:])
