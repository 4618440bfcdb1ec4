"""Clients that end their half of the connection as soon as they have asked, as `nc -N` does."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest

from coopnb.practice.server import Doors
from coopnb.practice.swarm import PracticeSwarm


async def half_closing(path: Path, said: bytes) -> bytes:
    """Connect, be waited for, then say something and end at one moment; what comes back until the other side ends."""
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.setblocking(False)
        await loop.sock_connect(client, str(path))
        await asyncio.sleep(0.05)
        # nothing is awaited between the two: the server finds both at its next turn
        client.send(said)
        client.shutdown(socket.SHUT_WR)
        heard = b""
        async with asyncio.timeout(10):
            while part := await loop.sock_recv(client, 65536):
                heard += part
        return heard


def ask(directory: Path, said: bytes) -> bytes:
    """What a swarm served in this process answers to a client that half-closes."""

    async def serve() -> bytes:
        doors = Doors(PracticeSwarm(None))
        doors.open_socket(directory / "engine.sock")
        try:
            return await half_closing(directory / "engine.sock", said)
        finally:
            doors.close()

    return asyncio.run(serve())


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (b"GET /_ping HTTP/1.1\r\nHost: docker\r\n\r\n", b"200 OK"),
        (b"GET /v1.41/services HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n\r\n", b"200 OK"),
        (
            b"POST /v1.41/networks/create HTTP/1.1\r\nHost: docker\r\nContent-Type: application/json\r\n"
            b'Content-Length: 17\r\n\r\n{"Name": "quiet"}',
            b"201 Created",
        ),
    ],
)
def test_a_whole_request_is_answered(tmp_path: Path, said: bytes, status: bytes) -> None:
    """What was asked before the client ended its half must be answered, and then the connection must end."""
    assert ask(tmp_path, said).startswith(b"HTTP/1.1 " + status)


@pytest.mark.parametrize(
    "said", [b"", b"GET /_ping HT", b"POST /networks/create HTTP/1.1\r\nHost: docker\r\nContent-Length: 99\r\n\r\n{"]
)
def test_half_a_request_is_hung_up_on(tmp_path: Path, said: bytes) -> None:
    """A client that ends in the middle must not be waited for."""
    assert ask(tmp_path, said) == b""


def test_what_is_followed_ends_with_its_client(tmp_path: Path) -> None:
    """A stream of events must end when its client says no more, as a real engine ends it."""
    heard = ask(tmp_path, b"GET /v1.41/events HTTP/1.1\r\nHost: docker\r\n\r\n")
    assert heard.startswith(b"HTTP/1.1 200 OK\r\n")
