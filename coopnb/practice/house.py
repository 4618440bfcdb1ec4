"""One practice swarm, served: its world and clock, the ways into it, its control."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tornado.httpserver import HTTPServer

from coopnb.practice import control
from coopnb.practice.clock import Clock, RealClock
from coopnb.practice.home import Sockets, forget, place_sockets, remove_socket, write_record
from coopnb.practice.loopback import loopback
from coopnb.practice.server import Doors
from coopnb.practice.status import Places
from coopnb.practice.swarm import PracticeSwarm
from coopnb.practice.world import load_world

MOST_NODES = 500


class HouseError(RuntimeError):
    """It cannot be served; the message says why."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be served, as the command line says it; what is not said is empty or None.

    Attributes:
        home: the directory of the process.
        private: whether the process has a control and a socket for every engine, noted in its home.
        socket: where the manager's engine listens; only with ``private`` can it be left open.
        tcp: a loopback address for the manager's engine.
    """

    home: Path
    private: bool
    socket: Path | None = None
    tcp: str = ""
    clock: str = "real"
    speed: float = 1.0
    world: Path | None = None
    nodes: int | None = None
    seed: int | None = None


class House:
    """A swarm and everything that listens for it; to be made inside a running loop.

    Raises:
        HouseError: the world, an address or a socket cannot be used; nothing is left behind.
    """

    def __init__(self, wish: Wish) -> None:
        self._home = wish.home
        self._sockets: Sockets | None = None
        self._control: HTTPServer | None = None
        try:
            world = load_world(wish.world)
            if wish.nodes is not None:
                world = world.with_nodes(_number(wish.nodes))
            tcp = loopback(wish.tcp) if wish.tcp else None
        except ValueError as error:
            raise HouseError(str(error)) from error
        clock = RealClock(speed=wish.speed) if wish.clock == "real" else Clock(mode=wish.clock)
        self.swarm = PracticeSwarm(world, clock, wish.seed)
        self._doors = Doors(self.swarm)
        try:
            self._listen(wish, tcp)
        except HouseError:
            self.close()
            raise

    def close(self) -> None:
        """Hang up, and take away every socket and the note of who lives here."""
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
        )
        desk = control.Control(self._doors, wish.world.stem if wish.world else "default", places)
        self._control = control.listen(desk, self._sockets.control)
        write_record(wish.home, self._sockets)

    def _open(self, path: Path, hostname: str = "") -> None:
        try:
            self._doors.open_socket(path, hostname)
        except OSError as error:
            raise HouseError(f"{path}: cannot listen: {error.strerror or error}") from error


def _number(nodes: int) -> int:
    if not 1 <= nodes <= MOST_NODES:
        raise ValueError(f"a practice swarm has 1 to {MOST_NODES} nodes, not {nodes}")
    return nodes
