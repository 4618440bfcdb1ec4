"""A way to an engine on which one request can be held up, as a bad line does it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


class HoldingUp:
    """Passes everything on between a socket of its own and an engine's, but what holds ``stop_at`` while it is set.

    Args:
        cuts: to break every connection at that moment, and to let nobody in any more, as a cable that is pulled does.

    Attributes:
        path: its own socket.
        held: set once something was held up; it never arrives.
    """

    def __init__(self, path: Path, engine: Path, stop_at: bytes, *, cuts: bool = False) -> None:
        self.path = path
        self.held = threading.Event()
        self.stop_at = stop_at
        self._engine = engine
        self._cuts = cuts
        self._sockets: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._server.bind(str(path))
        self._server.listen(16)
        self._start(self._accept)

    def close(self) -> None:
        """End every connection and every thread."""
        for each in [self._server, *self._sockets]:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(timeout=10)
        for each in [self._server, *self._sockets]:
            each.close()
        self.path.unlink(missing_ok=True)

    def _cut(self) -> None:
        self.path.unlink(missing_ok=True)
        for each in [self._server, *self._sockets]:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def _start(self, target: object, *arguments: object) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                here, _ = self._server.accept()
                there = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
                self._sockets += [here, there]
                there.connect(str(self._engine))
                self._start(self._pass_on, here, there, True)
                self._start(self._pass_on, there, here, False)

    def _pass_on(self, source: socket.socket, target: socket.socket, asks: bool) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if asks and self.stop_at and self.stop_at in data:
                    if self._cuts:
                        self._cut()
                    self.held.set()
                    return
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)


@contextmanager
def holding_up(path: Path, engine: Path, stop_at: bytes, *, cuts: bool = False) -> Iterator[HoldingUp]:
    """Open such a way, and close it again."""
    way = HoldingUp(path, engine, stop_at, cuts=cuts)
    try:
        yield way
    finally:
        way.close()
