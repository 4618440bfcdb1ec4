"""One request: turns HTTP into a request and its answer back into HTTP, with tornado; streams what follows."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import logging
from typing import Any, Protocol
from urllib.parse import urlsplit

from tornado.iostream import IOStream, StreamBufferFullError, StreamClosedError
from tornado.locks import Event
from tornado.web import RequestHandler, stream_request_body

from coopnb.practice.clock import SECOND, RealClock, rfc1123
from coopnb.practice.hijack import UNREAD_LIMIT, Line, take_over
from coopnb.practice.routes import answer, read_request
from coopnb.practice.swarm import PracticeSwarm
from coopnb.practice.version import API, ENGINE, dotted
from coopnb.practice.wire import Response, Unsubscribe
from coopnb.practice.wire_errors import Refusal

BODY_LIMIT = 4 * 2**20
"""Bytes of a request body that are read; of a larger one the rest is dropped and the request refused."""

_LOG = logging.getLogger("coopnb.practice")
_OF_BROWSERS = ("Origin", "Sec-Fetch-Site", "Sec-Fetch-Mode")
_FORBIDDEN = "the practice swarm does not answer browsers, and is only known by a loopback name such as localhost"


class Way(Protocol):
    """What a door needs to know of the way in that it belongs to.

    Attributes:
        swarm: who answers.
        engine: the hostname of the node whose engine is asked; empty for the manager's.
        open_to_all: whether others than the socket's owner can come in (TCP), browsers among them.
        lines: the hijacked connections.
    """

    swarm: PracticeSwarm
    engine: str
    open_to_all: bool
    lines: set[Line]

    def latency(self) -> int:
        """How long an answer takes on its way, in nanoseconds."""

    def attend(self) -> None:
        """Told whenever something may have happened in the swarm."""


@stream_request_body
class Door(RequestHandler):
    """Answers one request of the Engine API."""

    SUPPORTED_METHODS = ("GET", "HEAD", "POST", "DELETE", "PUT", "PATCH", "OPTIONS")

    def initialize(self, way: Way) -> None:
        """Belong to a way in; tornado calls this."""
        self._way = way
        self._body = bytearray()
        self._too_large = False
        self._leave: Unsubscribe | None = None
        self._over = Event()

    def data_received(self, chunk: bytes) -> None:
        """Take a part of the body, up to the limit."""
        if len(self._body) + len(chunk) > BODY_LIMIT:
            self._too_large = True
            self._body.clear()
        if not self._too_large:
            self._body += chunk

    def set_default_headers(self) -> None:
        """Set what every answer of an engine has."""
        self.clear_header("Content-Type")
        for name, value in _ENGINE_HEADERS.items():
            self.set_header(name, value)

    async def _answer(self) -> None:
        await self._travel()
        response = self._response()
        self._way.attend()
        if response.hijack is not None and self._stream() is not None:
            await self._hand_over(response)
            return
        self._begin(response)
        if response.stream:
            await self._follow(response)
            return
        if self.request.method == "HEAD":
            self.set_header("Content-Length", "0")
        self.finish(response.body or None)

    get = head = post = delete = put = patch = options = _answer

    async def _travel(self) -> None:
        """A slow link costs simulated time; a real clock's goes by itself, and others are served meanwhile."""
        latency, clock = self._way.latency(), self._way.swarm.clock
        if latency and isinstance(clock, RealClock):
            await asyncio.sleep(latency / SECOND / clock.speed)
        elif latency:
            clock.advance(latency)

    def _response(self) -> Response:
        if self._way.open_to_all and not _is_trusted(self.request.headers, self.request.host):
            return Refusal(403, _FORBIDDEN).response()
        if self._too_large:
            return Refusal(413, f"http: request body too large (more than {BODY_LIMIT} bytes)").response()
        method, target = self.request.method or "", self.request.uri or "/"
        headers = dict(self.request.headers)
        return answer(
            self._way.swarm, read_request(method, target, bytes(self._body), headers, engine=self._way.engine)
        )

    def _begin(self, response: Response) -> None:
        self.set_status(response.status)
        self.set_header("Date", rfc1123(self._way.swarm.clock.now))
        if response.content_type:
            self.set_header("Content-Type", response.content_type)
        for name, value in response.headers.items():
            self.set_header(name, value)

    async def _follow(self, response: Response) -> None:
        stream = self._stream()
        if stream is not None:
            stream.max_write_buffer_size = UNREAD_LIMIT + len(response.body)
        if response.follow is not None:
            self._leave = response.follow(self._write_now, self._over.set)
        else:
            self._over.set()
        if response.body:
            self.write(response.body)
        with contextlib.suppress(StreamClosedError):
            await self.flush()
            await self._over.wait()
            self.finish()

    def _write_now(self, data: bytes) -> None:
        """Send a part of a stream; a client who has left too much unread is cut off."""
        if self._finished:
            return
        self.write(data)
        try:
            self.flush().add_done_callback(lambda done: done.exception())
        except StreamBufferFullError:
            stream = self._stream()
            if stream is not None:
                stream.close()

    async def _hand_over(self, response: Response) -> None:
        upgrade = "Upgrade" in self.request.headers
        lines, attend = self._way.lines, self._way.attend

        def make(early: bytes) -> Line:
            line = Line(response, upgrade, early, _ENGINE_HEADERS, attend, lines.discard)
            lines.add(line)
            return line

        await take_over(self.detach(), make)

    def _stream(self) -> IOStream | None:
        found: IOStream | None = getattr(self.request.connection, "stream", None)
        return found

    def on_connection_close(self) -> None:
        """The client has gone: let go of what it followed."""
        self.on_finish()
        self._over.set()

    def on_finish(self) -> None:
        """Let go of what was followed."""
        if self._leave is not None:
            self._leave()
            self._leave = None

    def compute_etag(self) -> None:
        """Engines send no etags."""
        return None

    def log_exception(self, *about: Any) -> None:
        """Log what no handler has caught; a client that leaves is no error."""
        if not isinstance(about[1], StreamClosedError):
            _LOG.error("%s %s failed", self.request.method, self.request.path, exc_info=about)

    def write_error(self, status_code: int, **_about: Any) -> None:
        """Answer what is not even a request in an engine's words."""
        refused = Refusal(status_code, f"the practice swarm cannot read this request ({status_code})").response()
        self.set_header("Content-Type", refused.content_type)
        self.finish(refused.body)


_ENGINE_HEADERS = {
    "Server": f"Docker/{ENGINE} (linux)",
    "Api-Version": dotted(API),
    "Docker-Experimental": "false",
    "Ostype": "linux",
}


def _is_trusted(headers: Any, host: str) -> bool:
    """Whether no web page can have sent this: browsers name themselves, and a rebound name is not a loopback one."""
    if any(name in headers for name in _OF_BROWSERS):
        return False
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
