"""A request and an answer, apart from any transport: tests drive the swarm with them directly."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Write = Callable[[bytes], None]
End = Callable[[], None]
Unsubscribe = Callable[[], None]
Subscribe = Callable[[Write, End], Unsubscribe]


@dataclass(frozen=True, slots=True)
class Ear:
    """What a handler hears of the client of a hijacked stream.

    Args:
        data: bytes that the client sent (the standard input of an exec).
        eof: the client sends no more, and still listens.
        gone: the client hung up; also called after ``end``.
    """

    data: Callable[[bytes], None] = lambda _data: None
    eof: Callable[[], None] = lambda: None
    gone: Callable[[], None] = lambda: None


Hijack = Callable[[Write, End], Ear]
"""Takes a raw connection over: told how to write to it and how to end it, it says who hears its client."""


@dataclass(frozen=True, slots=True)
class Request:
    """One call: ``path`` without the version prefix, the query's first value of each name, the raw body.

    ``headers`` have their names in lower case. ``engine`` is the hostname of the node whose engine is asked;
    empty is the manager's.
    """

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    target: str = ""
    version: tuple[int, int] = (1, 51)
    engine: str = ""

    def flag(self, name: str) -> bool:
        """A query value as dockerd's BoolValue reads it: anything but empty, 0, no, false, none is true."""
        return self.query.get(name, "").strip().lower() not in ("", "0", "no", "false", "none")


@dataclass(frozen=True, slots=True)
class Response:
    """An answer; with ``follow`` the body is only its beginning, and what comes later is written when it happens.

    Streams are sent in chunks even when they have ended already: clients tell by that that they are streams.

    With ``hijack`` the connection stops being HTTP after the head: the door answers ``101 UPGRADED`` with
    ``Connection: Upgrade`` and ``Upgrade: tcp`` when the client asked for an upgrade, ``200 OK`` otherwise, in
    both cases with ``content_type`` and without a length; then come ``body`` and what the hijacker writes, as
    they are, and what the client sends goes to the ``Ear``.
    """

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    stream: bool = False
    follow: Subscribe | None = None
    hijack: Hijack | None = None


def json_response(value: Any, status: int = 200) -> Response:
    """An answer in JSON, written the way Go's encoder does (one line, a newline at its end)."""
    return Response(status, json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode() + b"\n")


def empty(status: int = 200) -> Response:
    """An answer without a body."""
    return Response(status, b"", "")
