"""Waiting for something to happen: the engine's events wake the watcher, a ``/tasks`` call then tells it.

There are no task events (moby daemon/events.go), so events are a reason to look, never the news itself.
"""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Any

from coopnb.engine.client import Engine


class Wake:
    """A context in which :meth:`wait` returns as soon as the engine reports anything.

    Its thread only raises a flag: it owns no output, and ends with the context.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._flag = threading.Event()
        self._stream: Any = None

    def __enter__(self) -> Wake:
        self._stream = self._engine.event_stream()
        threading.Thread(target=self._listen, daemon=True, name="coopnb-wake").start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stream.close()

    def wait(self, seconds: float) -> None:
        """Return after the next event, or after ``seconds``."""
        self._flag.wait(seconds)
        self._flag.clear()

    def _listen(self) -> None:
        try:
            for line in self._stream.iter_lines(chunk_size=1):
                if line:
                    self._flag.set()
        except Exception:
            return
