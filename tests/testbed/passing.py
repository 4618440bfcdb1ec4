"""A unix socket in front of an engine's, where a test sees requests and answers on their way, and can keep them."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

FIRST_LINE = re.compile(rb"([A-Z]+ /\S+) HTTP/1\.[01]\r\n|(HTTP/1\.[01] \d+)[^\r\n]*\r\n")
CHUNK = 1 << 16

Watch = Callable[[str], bool]
"""Is told method and path of each request (``POST /v1.41/services/create``) and the status of each answer
(``HTTP/1.1 200``), and says whether it may go on. What may not takes its connection with it."""


@contextmanager
def passing(address: Path, engine: Path, watch: Watch) -> Iterator[Path]:
    """Listen on ``address`` and pass everything on to the engine's socket and back, as long as ``watch`` allows.

    Either is seen where a write begins with it, which is so for clients that send one request and wait.
    """
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(address))
        server.listen(64)
        server.settimeout(0.2)
        ended = threading.Event()
        listening = threading.Thread(target=_listen, args=(server, engine, watch, ended), daemon=True)
        listening.start()
        try:
            yield address
        finally:
            ended.set()
            listening.join(10)


def _listen(server: socket.socket, engine: Path, watch: Watch, ended: threading.Event) -> None:
    pairs: list[socket.socket] = []
    while not ended.is_set():
        with suppress(TimeoutError):
            client = server.accept()[0]
            upstream = socket.socket(socket.AF_UNIX)
            upstream.connect(str(engine))
            pairs += [client, upstream]
            threading.Thread(target=_pump, args=(client, upstream, watch), daemon=True).start()
            threading.Thread(target=_pump, args=(upstream, client, watch), daemon=True).start()
    for one in pairs:
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
        one.close()


def _pump(source: socket.socket, target: socket.socket, watch: Watch) -> None:
    with suppress(OSError):
        while data := source.recv(CHUNK):
            found = FIRST_LINE.match(data)
            if found and not watch((found[1] or found[2]).decode()):
                break
            target.sendall(data)
        else:
            target.shutdown(socket.SHUT_WR)
            return
        for one in (source, target):
            one.shutdown(socket.SHUT_RDWR)
