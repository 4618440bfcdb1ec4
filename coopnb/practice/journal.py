"""What a swarm has been told, so that its state can be saved to a file and opened again.

A swarm is deterministic: its world, its seed and the calls that were accepted, each with the number of the
clock's events before it, lead to the same state whenever they are repeated. So a state file is a list of them,
JSON objects, one a line:

- a head: format, seed, clock, the time of the beginning, and the text of the world's file;
- ``call``: a write that was accepted (reads and refused calls change nothing, and are not noted);
- ``fault``: one that somebody put in or took away (those that the world schedules come by themselves);
- ``jump``: time that went by while the swarm stood still;
- an end: the time of saving, and by what one sees that the file is whole and leads where it did.

The data of a secret is noted as as many zero bytes: nothing that an engine shows depends on them. (Only a
client that writes a secret's own data back to it, which needs no update, is refused after that.) What was typed
into a shell in a container is not noted either: that shell was left at once. What else was written, environment
variables among it, is in the file in plain text, so it belongs to its owner only.

Opening a state takes as long as it took to come about without the waiting: tens of microseconds an event. A swarm
that has been quiet has no events; three containers in a crash loop make some hundred thousand a day.
"""

from __future__ import annotations

import base64
import contextlib
import dataclasses
import json
import os
import re
import tempfile
from pathlib import Path
from typing import Any

from coopnb.practice.clock import Clock, RealClock
from coopnb.practice.wire import Request
from coopnb.practice.world import World, read_world

FORMAT = 1
NAME = "state of a practice swarm"

_OF_SECRETS = re.compile(r"/secrets/(?:create|[^/]+/update)")
_ALL_SECRET = ("/auth",)


class JournalError(ValueError):
    """A state cannot be saved, or a file is none; the message says where, what, and what to do."""


class Journal:
    """The notes of one swarm, in the order in which things happened."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lines: list[str] = []
        clock.on_jump = self.jump

    def __len__(self) -> int:
        return len(self._lines)

    def moment(self) -> dict[str, int]:
        """Where time is: what a call that comes next is noted with."""
        return {"at": self._clock.now, "events": self._clock.events}

    def call(self, moment: dict[str, int], request: Request) -> None:
        """Note a write that was accepted at a moment; its path is without the version, its target as it came."""
        if request.path in _ALL_SECRET:
            return
        body = _without_data(request.body) if _OF_SECRETS.fullmatch(request.path) else request.body
        entry: dict[str, Any] = {**moment, "call": request.method, "target": request.target}
        entry |= {"engine": request.engine} if request.engine else {}
        self._note(entry | _written(body))

    def fault(self, moment: dict[str, int], name: str, target: str, settings: dict[str, Any]) -> None:
        """Note a fault that somebody put in or took away at a moment."""
        self._note({**moment, "fault": name, "target": target, "settings": settings})

    def jump(self, nanoseconds: int) -> None:
        """Note that time has just jumped."""
        self._note({"at": self._clock.now - nanoseconds, "events": self._clock.events, "jump": nanoseconds})

    def text(self, world: World, seed: int, born: int, end: dict[str, Any]) -> str:
        """The whole state file; ``end`` is what must be so at its end.

        Raises:
            JournalError: the world was not read from a text, so it could not be read again.
        """
        clock = self._clock
        head: dict[str, Any] = {"file": NAME, "format": FORMAT, "seed": seed, "clock": clock.mode, "began": born}
        head |= {"speed": clock.speed} if isinstance(clock, RealClock) else {}
        last = json.dumps({**self.moment(), "end": end})
        return "\n".join((json.dumps(head | _readable(world)), *self._lines, last, ""))

    def _note(self, entry: dict[str, Any]) -> None:
        self._lines.append(json.dumps(entry))


def write_state(path: Path, text: str) -> None:
    """Write a state file (mode 0600): whoever looks finds the old one or the whole new one.

    Raises:
        JournalError: it cannot be written.
    """
    try:
        descriptor, fresh = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.replace(fresh, path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(fresh)
            raise
    except OSError as error:
        raise JournalError(f"{path}: the state cannot be written: {error.strerror or error}") from error


def is_state(path: Path) -> bool:
    """Whether a file begins as a state does."""
    try:
        with path.open(encoding="utf-8") as file:
            head = json.loads(file.readline())
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(head, dict) and head.get("file") == NAME


def _readable(world: World) -> dict[str, Any]:
    """What a world can be read again from: the text of its file, and its nodes where they are others."""
    if not world.text:
        raise JournalError(
            "the swarm's world was made in Python, not read from a file, so the state cannot be saved; "
            "make the world with load_world or read_world"
        )
    read = read_world(world.text)
    if dataclasses.replace(read, nodes=world.nodes) != world:
        raise JournalError(
            "the swarm's world was changed after it was read, so the state cannot be saved; write the change into "
            "the world's file (only other nodes can be kept apart from it)"
        )
    nodes = [dataclasses.asdict(node) for node in world.nodes] if read.nodes != world.nodes else None
    return {"nodes": nodes, "world": world.text}


def _written(body: bytes) -> dict[str, str]:
    """A body as text, or in base64 when it is none."""
    if not body:
        return {}
    try:
        return {"body": body.decode()}
    except UnicodeDecodeError:
        return {"body64": base64.b64encode(body).decode()}


def _without_data(body: bytes) -> bytes:
    """A secret's spec with zero bytes for its data; keys are matched whatever their case, as Go does."""
    try:
        spec = json.loads(body.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return b""
    if not isinstance(spec, dict):
        return b""
    hidden = {key: _zeros(value) for key, value in spec.items() if key.lower() == "data"}
    return json.dumps({**spec, **hidden}).encode()


def _zeros(data: Any) -> str | None:
    return base64.b64encode(bytes(len(base64.b64decode(data)))).decode() if isinstance(data, str) else None
