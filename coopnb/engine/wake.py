"""Waiting for something to happen: the engine's events wake the watcher, a ``/tasks`` call then tells it.

There are no task events (moby daemon/events.go), so events are a reason to look, never the news itself.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Any

import requests

from coopnb.engine.client import Engine

SHORTEST_PAUSE, LONGEST_PAUSE = 0.2, 1.0
"""Seconds between looks at an engine: events may hurry the next look, nothing may put it off further."""


@contextmanager
def pauses(engine: Engine, self_paced: bool) -> Iterator[Callable[[], None]]:
    """Give the pause to make between two looks; none for an engine whose time moves only when it is read."""
    if self_paced:
        yield lambda: None
        return
    with Wake(engine) as wake:

        def pause() -> None:
            time.sleep(SHORTEST_PAUSE)
            wake.wait(LONGEST_PAUSE - SHORTEST_PAUSE)

        yield pause


class Wake:
    """A context in which :meth:`wait` returns as soon as the engine reports anything.

    Its thread only raises a flag: it owns no output, and ends with the context.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._flag = threading.Event()
        self._listener: threading.Thread | None = None
        self._stream: Any = None

    def __enter__(self) -> Wake:
        self._stream = self._engine.event_stream()
        self._listener = threading.Thread(target=self._listen, daemon=True, name="coopnb-wake")
        self._listener.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Closing a response waits for the thread that reads it; shutting its socket down ends that read.
        connection = self._stream.raw.connection
        if connection is not None and connection.sock is not None:
            with suppress(OSError):
                connection.sock.shutdown(socket.SHUT_RDWR)
        if self._listener is not None:
            self._listener.join(timeout=5)

    def wait(self, seconds: float) -> None:
        """Return after the next event, or after ``seconds``."""
        self._flag.wait(seconds)
        self._flag.clear()

    def _listen(self) -> None:
        # A broken stream only means that waiting falls back to its timeout.
        with suppress(requests.RequestException, OSError, ValueError, AttributeError), self._stream:
            for line in self._stream.iter_lines(chunk_size=1):
                if line:
                    self._flag.set()
