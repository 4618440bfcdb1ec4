"""One practice swarm, served: its world and clock, the ways into it, its control."""

from __future__ import annotations

import logging
from pathlib import Path

from tornado.httpserver import HTTPServer

from coopnb.practice import control
from coopnb.practice.home import Sockets, forget, place_sockets, remove_socket, write_record
from coopnb.practice.journal import JournalError
from coopnb.practice.keeper import Keeper
from coopnb.practice.loopback import loopback
from coopnb.practice.server import Doors
from coopnb.practice.status import Places
from coopnb.practice.wish import Wish, WishError, make_swarm

_LOG = logging.getLogger("coopnb.practice")


class HouseError(RuntimeError):
    """Somewhere nobody can listen, or the state cannot be kept; the message says where and why."""


class House:
    """A swarm and everything that listens for it; to be made inside a running loop.

    Raises:
        WishError: the world, the state or the address cannot be used.
        HouseError: it cannot listen. Nothing is left behind.
    """

    def __init__(self, wish: Wish) -> None:
        self._home = wish.home
        self._sockets: Sockets | None = None
        self._control: HTTPServer | None = None
        self._keeper: Keeper | None = None
        try:
            tcp = loopback(wish.tcp) if wish.tcp else None
        except ValueError as error:
            raise WishError(str(error)) from error
        self.swarm = make_swarm(wish)
        keeper = Keeper(self.swarm, wish.state) if wish.state else None
        self._doors = Doors(self.swarm, keeper.attend if keeper else lambda: None)
        try:
            if keeper is not None:
                keeper.keep()
            self._listen(wish, tcp)
        except (HouseError, JournalError) as error:
            self.close()
            raise HouseError(str(error)) from error
        self._keeper = keeper

    def close(self) -> None:
        """Keep the state, hang up, and take away every socket and the note of who lives here."""
        if self._keeper is not None:
            try:
                self._keeper.keep()
            except JournalError as error:
                _LOG.error("%s", error)
        self._doors.close()
        if self._sockets is None:
            return
        if self._control is not None:
            self._control.stop()
            remove_socket(self._sockets.control)
        forget(self._home, self._sockets)

    def _listen(self, wish: Wish, tcp: tuple[str, int] | None) -> None:
        if wish.private:
            engines = self.swarm.engines
            others = (engine.hostname for engine in engines.all() if engine is not engines.home)
            self._sockets = place_sockets(wish.home, others, wish.socket)
        engine = self._sockets.engine if self._sockets else wish.socket
        assert engine is not None
        self._open(engine)
        address = ""
        if tcp is not None:
            host, port = tcp
            try:
                port = self._doors.open_tcp(host, port)
            except OSError as error:
                raise HouseError(f"{host}:{port}: cannot listen: {error.strerror or error}") from error
            address = f"tcp://[{host}]:{port}" if ":" in host else f"tcp://{host}:{port}"
        if self._sockets is None:
            return
        for hostname, path in self._sockets.engines.items():
            self._open(path, hostname)
        places = Places(
            socket=str(engine),
            control=str(self._sockets.control),
            tcp=address,
            engines={hostname: str(path) for hostname, path in self._sockets.engines.items()},
            state=str(wish.state or ""),
        )
        desk = control.Control(self._doors, wish.name, places)
        self._control = control.listen(desk, self._sockets.control)
        write_record(wish.home, self._sockets)

    def _open(self, path: Path, hostname: str = "") -> None:
        try:
            self._doors.open_socket(path, hostname)
        except OSError as error:
            raise HouseError(f"{path}: cannot listen: {error.strerror or error}") from error
