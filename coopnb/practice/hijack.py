"""A connection that stops being HTTP: the raw stream of an exec, both ways.

What dockerd writes as the head is in moby's ``api/server/router/container/exec.go``. A client may end its
half of the connection (the standard input's end) and go on listening.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import socket as sockets
import struct
import termios
from collections.abc import Callable, Mapping

from tornado.iostream import IOStream

from coopnb.practice.wire import Ear, Hijack, Response

UNREAD_LIMIT = 16 * 2**20
"""Bytes that wait for a client who does not read; one who leaves more than that is cut off."""


LONGEST_WAIT = 0.1
"""Seconds that a client may take to read the head before its command begins all the same."""

_LOOK = 0.002


class Line(asyncio.Protocol):
    """One hijacked connection.

    Args:
        response: head, first bytes and hijacker.
        upgrade: whether the client asked for an upgrade.
        early: what the client has sent already.
        headers: what every answer of the engine has.
        stirred: told after everything the client did.
        ended: told once when the connection is gone.
    """

    def __init__(
        self,
        response: Response,
        upgrade: bool,
        early: bytes,
        headers: Mapping[str, str],
        stirred: Callable[[], None],
        ended: Callable[[Line], None],
    ) -> None:
        assert response.hijack is not None
        self._hijack: Hijack = response.hijack
        self._head = _head(response, upgrade, headers)
        self._body = response.body
        self._early = early
        self._stirred = stirred
        self._ended = ended
        self._ear = Ear()
        self._began = False
        self._ended_early = False
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Say the head; when the client has read it, let the hijacker have the connection."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(self._head)
        self._wait(LONGEST_WAIT)

    def data_received(self, data: bytes) -> None:
        """The client said something."""
        if not self._began:
            self._early += data
            return
        self._ear.data(data)
        self._stirred()

    def eof_received(self) -> bool:
        """The client says no more; it may still listen."""
        if not self._began:
            self._ended_early = True
            return True
        self._ear.eof()
        self._stirred()
        return True

    def connection_lost(self, _error: Exception | None) -> None:
        """Nobody is there any more."""
        self._ended(self)
        self._ear.gone()
        self._stirred()

    def _wait(self, seconds: float) -> None:
        """Begin once the head is read: docker-py loses what its HTTP parser finds behind the head.

        A real engine takes some milliseconds to start a command, and is saved by that.
        """
        transport = self._transport
        assert transport is not None
        if seconds > 0 and not transport.is_closing() and _unread(transport):
            asyncio.get_running_loop().call_later(_LOOK, self._wait, seconds - _LOOK)
        elif not transport.is_closing():
            self._begin(transport)

    def _begin(self, transport: asyncio.Transport) -> None:
        self._began = True
        transport.write(self._body)
        self._ear = self._hijack(self._write, transport.close)
        if self._early:
            self._ear.data(self._early)
        if self._ended_early:
            self._ear.eof()
        self._stirred()

    def abort(self) -> None:
        """Hang up at once."""
        if self._transport is not None:
            self._transport.abort()

    def _write(self, data: bytes) -> None:
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        if transport.get_write_buffer_size() + len(data) > UNREAD_LIMIT:
            transport.abort()
        else:
            transport.write(data)


async def take_over(stream: IOStream, make: Callable[[bytes], Line]) -> None:
    """Turn a connection that tornado has let go of into a line of its own.

    The descriptor is doubled, because tornado closes a stream whose client has ended its half.
    """
    own = stream.socket.dup()
    own.setblocking(False)
    reading = asyncio.ensure_future(stream.read_bytes(65536, partial=True))
    early = reading.result() if reading.done() and reading.exception() is None else b""
    stream.close()
    with contextlib.suppress(Exception):
        await reading
    loop = asyncio.get_running_loop()
    await loop.connect_accepted_socket(lambda: make(early), own)


def _unread(transport: asyncio.Transport) -> bool:
    """Whether the client has not yet read all that was sent; where that is not known (TCP), it is taken as so."""
    own = transport.get_extra_info("socket")
    if own is None or own.family != sockets.AF_UNIX:
        return True
    with contextlib.suppress(OSError):
        return bool(struct.unpack("i", fcntl.ioctl(own.fileno(), termios.TIOCOUTQ, bytes(4)))[0])
    return False


def _head(response: Response, upgrade: bool, headers: Mapping[str, str]) -> bytes:
    fields: Mapping[str, str] = {
        "Content-Type": response.content_type or "application/vnd.docker.raw-stream",
        **({"Connection": "Upgrade", "Upgrade": "tcp"} if upgrade else {}),
        **headers,
        **response.headers,
    }
    status = "101 UPGRADED" if upgrade else "200 OK"
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in fields.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")
