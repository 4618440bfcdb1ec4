"""The unix socket: turns HTTP into requests and answers, with tornado; streams what follows."""

from __future__ import annotations

import contextlib
import errno
import os
import socket as sockets
from pathlib import Path
from typing import Any, cast

from tornado.httpserver import HTTPServer
from tornado.ioloop import IOLoop
from tornado.iostream import StreamClosedError
from tornado.locks import Event
from tornado.netutil import bind_unix_socket
from tornado.web import Application, RequestHandler, stream_request_body

from coopnb.practice.clock import RealClock, rfc1123
from coopnb.practice.routes import answer, read_request
from coopnb.practice.swarm import PracticeSwarm
from coopnb.practice.version import API, ENGINE, dotted
from coopnb.practice.wire import Response, Unsubscribe
from coopnb.practice.wire_errors import Refusal

BODY_LIMIT = 4 * 2**20
"""Bytes of a request body that are read; of a larger one the rest is dropped and the request refused."""

_TRANSPORT_LIMIT = 2**40


class Alarm:
    """Lets a real clock's events happen when they fall due: one timer of the loop, for the next of them."""

    def __init__(self, swarm: PracticeSwarm) -> None:
        self._swarm = swarm
        self._handle: object | None = None

    def set(self) -> None:
        """Arm the timer anew; for a clock that is not real nothing happens."""
        clock = self._swarm.clock
        if not isinstance(clock, RealClock):
            return
        loop = IOLoop.current()
        if self._handle is not None:
            loop.remove_timeout(self._handle)
            self._handle = None
        seconds = clock.seconds_to_next()
        if seconds is not None:
            self._handle = loop.call_later(seconds, self._ring)

    def _ring(self) -> None:
        self._handle = None
        try:
            self._swarm.clock.catch_up()
            self._swarm.settle()
        finally:
            self.set()


@stream_request_body
class _Door(RequestHandler):
    SUPPORTED_METHODS = ("GET", "HEAD", "POST", "DELETE", "PUT", "PATCH", "OPTIONS")

    def initialize(self) -> None:
        self._body = bytearray()
        self._too_large = False
        self._leave: Unsubscribe | None = None
        self._over = Event()

    def data_received(self, chunk: bytes) -> None:
        if len(self._body) + len(chunk) > BODY_LIMIT:
            self._too_large = True
            self._body.clear()
        if not self._too_large:
            self._body += chunk

    def set_default_headers(self) -> None:
        self.clear_header("Content-Type")
        self.set_header("Server", f"Docker/{ENGINE} (linux)")
        self.set_header("Api-Version", dotted(API))
        self.set_header("Docker-Experimental", "false")
        self.set_header("Ostype", "linux")
        self.set_header("Date", rfc1123(self._swarm.clock.now))

    @property
    def _swarm(self) -> PracticeSwarm:
        return cast(PracticeSwarm, self.application.settings["swarm"])

    async def _answer(self) -> None:
        if self._too_large:
            response = Refusal(413, f"http: request body too large (more than {BODY_LIMIT} bytes)").response()
        else:
            request = read_request(self.request.method or "", self.request.uri or "/", bytes(self._body))
            response = answer(self._swarm, request)
        cast(Alarm, self.application.settings["alarm"]).set()
        self.set_status(response.status)
        self.set_header("Date", rfc1123(self._swarm.clock.now))
        if response.content_type:
            self.set_header("Content-Type", response.content_type)
        for name, value in response.headers.items():
            self.set_header(name, value)
        if not response.stream:
            if self.request.method == "HEAD":
                self.set_header("Content-Length", "0")
            self.finish(response.body or None)
        else:
            await self._stream(response)

    get = head = post = delete = put = patch = options = _answer

    async def _stream(self, response: Response) -> None:
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
        if self._finished:
            return
        self.write(data)
        future = self.flush()
        future.add_done_callback(lambda done: done.exception())

    def on_connection_close(self) -> None:
        self.on_finish()
        self._over.set()

    def on_finish(self) -> None:
        if self._leave is not None:
            self._leave()
            self._leave = None

    def compute_etag(self) -> None:
        return None

    def log_exception(self, *_about: Any) -> None:
        """Errors are answered and logged where they happen."""

    def write_error(self, status_code: int, **_about: Any) -> None:
        refused = Refusal(status_code, f"the practice swarm cannot read this request ({status_code})").response()
        self.set_header("Content-Type", refused.content_type)
        self.finish(refused.body)


def listen(swarm: PracticeSwarm, path: Path) -> HTTPServer:
    """Serve a swarm on a unix socket that only its owner may use; a dead socket that is there is replaced.

    Raises:
        OSError: somebody listens there, or the path cannot be used.
    """
    alarm = Alarm(swarm)
    application = Application([(r".*", _Door)], swarm=swarm, alarm=alarm, log_function=_no_access_log)
    server = HTTPServer(application, max_body_size=_TRANSPORT_LIMIT, max_buffer_size=64 * 2**20)
    if _is_live(path):
        raise OSError(errno.EADDRINUSE, "another process listens there")
    before = os.umask(0o177)
    try:
        server.add_sockets([bind_unix_socket(str(path), mode=0o600)])
    except ValueError as error:
        raise OSError(errno.EEXIST, "a file that is no socket is there") from error
    finally:
        os.umask(before)
    alarm.set()
    return server


def _is_live(path: Path) -> bool:
    """Whether somebody listens already: a live socket (a real engine's, perhaps) is never replaced."""
    with sockets.socket(sockets.AF_UNIX, sockets.SOCK_STREAM) as probe:
        probe.settimeout(1.0)
        try:
            probe.connect(str(path))
        except OSError:
            return False
        return True


def _no_access_log(_handler: RequestHandler) -> None:
    """Every call is a client's own business."""
