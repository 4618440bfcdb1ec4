"""The real side: one watcher an engine, shared by all sequences that run on it at the same time."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from tests.differential.seen import Json, Look, Trail
from tests.practice.wire import UnixConnection

INTERVAL = 0.05
"""Seconds between two looks."""

_QUIET = 30.0


class Nodes(Protocol):
    """Who can take a node away and bring it back."""

    def lose(self, node: int) -> None:
        """Kill a node's engine with all that runs there."""

    def recover(self, node: int) -> None:
        """Start it again."""


class Watcher:
    """Follows an engine's events and looks at its lists every 50 ms; threads of its own, joined by ``stop``."""

    def __init__(self, engine: Path) -> None:
        self._engine = engine
        self._changed = threading.Condition()
        self._look: tuple[float, Look] | None = None
        self._trails: dict[str, Trail] = {}
        self._events: list[Json] = []
        self._ended = False
        self._failure: BaseException | None = None
        self._stream = UnixConnection(engine)
        self._stream.request("GET", "/v1.41/events")
        self._answer = self._stream.getresponse()
        self._socket = self._stream.sock
        self._socket.settimeout(None)
        self._threads = [threading.Thread(target=work, daemon=True) for work in (self._sample, self._follow)]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End both threads."""
        self._ended = True
        self._socket.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(20)
        self._answer.close()
        self._stream.close()

    def look_after(self, moment: float, timeout: float = _QUIET) -> Look:
        """The first look that was begun after a moment of the monotonic clock.

        Raises:
            RuntimeError: the engine is not looked at any more.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._failure or (self._look and self._look[0] >= moment), timeout)
            if self._failure is not None or self._look is None or self._look[0] < moment:
                raise RuntimeError(f"the engine on {self._engine} is not answering") from self._failure
            return self._look[1]

    def events(self) -> list[Json]:
        """All events so far."""
        with self._changed:
            return list(self._events)

    def trails(self) -> list[Trail]:
        """The trails of all tasks so far."""
        with self._changed:
            return [trail.copy() for trail in self._trails.values()]

    def _sample(self) -> None:
        connection = UnixConnection(self._engine)
        try:
            while not self._ended:
                begin = time.monotonic()
                look = Look(*(_get(connection, target) for target in ("/services", "/tasks", "/nodes")))
                with self._changed:
                    self._note(look)
                    self._look = (begin, look)
                    self._changed.notify_all()
                time.sleep(max(0.0, begin + INTERVAL - time.monotonic()))
        except (OSError, ValueError, http.client.HTTPException) as error:
            with self._changed:
                self._failure = error
                self._changed.notify_all()
        finally:
            connection.close()

    def _note(self, look: Look) -> None:
        for task in look.tasks:
            node = task.get("NodeID", "")
            made = Trail(task["ID"], task["ServiceID"], task.get("Slot", 0), node, task["CreatedAt"])
            self._trails.setdefault(task["ID"], made).saw(task["Status"]["State"], task["DesiredState"], node)

    def _follow(self) -> None:
        rest = b""
        while chunk := self._next():
            *lines, rest = (rest + chunk).split(b"\n")
            with self._changed:
                self._events.extend(json.loads(line) for line in lines if line.strip())

    def _next(self) -> bytes:
        try:
            return self._answer.read1()
        except (OSError, ValueError, http.client.HTTPException):
            return b""


class RealSide:
    """One sequence's view of a watched engine; several may be used at the same time."""

    def __init__(self, engine: Path, watcher: Watcher, nodes: Nodes | None = None) -> None:
        self._engine = engine
        self._watcher = watcher
        self._nodes = nodes

    def ask(self, method: str, target: str, body: Any = None) -> tuple[int, Any]:
        """Make a call, on a connection of its own."""
        connection = UnixConnection(self._engine)
        try:
            data = b"" if body is None else json.dumps(body).encode()
            connection.request(method, f"/v1.41{target}", data, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            text = answer.read()
            return answer.status, json.loads(text) if text.strip() else None
        finally:
            connection.close()

    def rest(self, ids: set[str], at_rest: Callable[[Look], bool], dwell: float, limit: float) -> tuple[bool, Look]:
        """Look again and again, as ``Side`` says."""
        moment = begin = time.monotonic()
        since: float | None = None
        while True:
            look = self._watcher.look_after(moment).of(ids)
            moment = time.monotonic()
            since = (since if since is not None else moment) if at_rest(look) else None
            if since is not None and moment - since >= dwell:
                return True, look
            if moment - begin >= limit:
                return False, look

    def wait(self, seconds: float) -> None:
        """Sleep."""
        time.sleep(seconds)

    def lose(self, node: int) -> None:
        """Let a node's engine die."""
        assert self._nodes is not None, "this engine is alone"
        self._nodes.lose(node)

    def recover(self, node: int) -> None:
        """Let it come back."""
        assert self._nodes is not None, "this engine is alone"
        self._nodes.recover(node)

    def now(self) -> float:
        """Seconds of the machine."""
        return time.monotonic()

    def mark(self) -> int:
        """How many events there were."""
        return len(self._watcher.events())

    def seen_since(self, mark: int) -> tuple[list[Trail], list[Json]]:
        """All trails, and the events since a mark."""
        return self._watcher.trails(), self._watcher.events()[mark:]


@contextmanager
def watching(engine: Path) -> Iterator[Watcher]:
    """Watch an engine while the block runs."""
    watcher = Watcher(engine)
    try:
        yield watcher
    finally:
        watcher.stop()


def _get(connection: UnixConnection, target: str) -> Any:
    connection.request("GET", f"/v1.41{target}")
    answer = connection.getresponse()
    found = json.loads(answer.read())
    if answer.status != 200:
        raise ValueError(f"GET {target}: {answer.status} {found}")
    return found
