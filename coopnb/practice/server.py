"""The ways into a swarm: sockets that open and close as the engines behind them come and go.

Every engine has a unix socket that only its owner may use; the manager's can also be reached through TCP on
loopback. When an engine is down nothing listens on its socket, and whoever was connected is cut off.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tornado.web import Application, RequestHandler

from coopnb.practice.alarm import Alarm
from coopnb.practice.binding import bind_loopback, bind_private
from coopnb.practice.door import Door
from coopnb.practice.half_closed import PatientServer
from coopnb.practice.hijack import Line
from coopnb.practice.swarm import PracticeSwarm

_TRANSPORT_LIMIT = 2**40
"""Larger bodies are read and dropped by the door, so that they can be refused in words."""


class Doors:
    """Every way into one swarm; ``stirred`` is told, too, whenever something may have happened in it."""

    def __init__(self, swarm: PracticeSwarm, stirred: Callable[[], None] = lambda: None) -> None:
        self.swarm = swarm
        self._stirred = stirred
        self._ways: list[EngineWay] = []
        self._alarm = Alarm(swarm, self.attend)

    def open_socket(self, path: Path, engine: str = "") -> None:
        """Serve an engine (the manager's when none is named) on a unix socket; a dead one is replaced.

        Raises:
            OSError: somebody listens there, or the path cannot be used.
        """
        self._add(EngineWay(self, engine, path=path))

    def open_tcp(self, host: str, port: int) -> int:
        """Serve the manager's engine on a loopback address; the port, chosen by the machine when it is 0.

        Raises:
            OSError: the address cannot be used.
        """
        way = EngineWay(self, "", address=(host, port))
        self._add(way)
        return way.address[1]

    def attend(self) -> None:
        """Whatever may have happened: arm the alarm anew, open and close what engines came and went."""
        self._alarm.set()
        for way in self._ways:
            way.follow_engine()
        self._stirred()

    def close(self) -> None:
        """Hang up on everybody, and take the sockets away."""
        self._alarm.stop()
        for way in self._ways:
            way.close()
            way.remove_socket()
        self._ways.clear()

    def _add(self, way: EngineWay) -> None:
        way.open()
        self._ways.append(way)
        self.attend()


@dataclass(slots=True, eq=False)
class EngineWay:
    """One listening place of one engine: a unix socket, or an address of TCP."""

    doors: Doors
    engine: str
    path: Path | None = None
    address: tuple[str, int] = ("", 0)
    lines: set[Line] = field(default_factory=set)
    hostname: str = ""
    _server: PatientServer | None = None
    _inode: int = 0
    _endings: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        """The manager's socket stays that machine's, whoever leads later."""
        self.hostname = self.engine or self.swarm.engines.home.hostname

    @property
    def swarm(self) -> PracticeSwarm:
        """Who answers."""
        return self.doors.swarm

    @property
    def open_to_all(self) -> bool:
        """Whether others than the owner can come in: TCP has no file mode."""
        return self.path is None

    def latency(self) -> int:
        """How long an answer takes on its way, in nanoseconds, when the machine has a slow link."""
        return self.swarm.latency(self.hostname)

    def attend(self) -> None:
        """Something may have happened in the swarm."""
        self.doors.attend()

    def follow_engine(self) -> None:
        """Listen while the engine is up, and only then."""
        down = self.swarm.engine_down(self.hostname)
        if down and self._server is not None:
            self.close()
        elif not down and self._server is None:
            with contextlib.suppress(OSError):
                self.open()

    def open(self) -> None:
        """Listen.

        Raises:
            OSError: it cannot be done there.
        """
        bound = bind_private(self.path) if self.path is not None else bind_loopback(*self.address)
        if self.path is None:
            self.address = bound.getsockname()[:2]
        else:
            self._inode = self.path.lstat().st_ino
        application = Application([(r".*", Door, {"way": self})], log_function=no_access_log)
        self._server = PatientServer(application, max_body_size=_TRANSPORT_LIMIT, max_buffer_size=64 * 2**20)
        self._server.add_sockets([bound])

    def close(self) -> None:
        """Stop listening and hang up; the socket stays as a dead engine leaves it: connections are refused."""
        if self._server is None:
            return
        server, self._server = self._server, None
        server.stop()
        for line in list(self.lines):
            line.abort()
        ending = asyncio.get_running_loop().create_task(server.close_all_connections())
        self._endings.add(ending)
        ending.add_done_callback(self._endings.discard)

    def remove_socket(self) -> None:
        """Take the socket's file away, if it is still ours."""
        if self.path is not None:
            with contextlib.suppress(OSError):
                if self.path.lstat().st_ino == self._inode:
                    self.path.unlink()


def no_access_log(_handler: RequestHandler) -> None:
    """Every call is a client's own business."""
