"""A request and an answer, apart from any transport: tests drive the swarm with them directly."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Unsubscribe = Callable[[], None]
Subscribe = Callable[[Callable[[bytes], None], Callable[[], None]], Unsubscribe]


@dataclass(frozen=True, slots=True)
class Request:
    """One call: ``path`` without the version prefix, the query's first value of each name, the raw body."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    target: str = ""
    version: tuple[int, int] = (1, 47)

    def flag(self, name: str) -> bool:
        """A query value as dockerd's BoolValue reads it: anything but empty, 0, no, false, none is true."""
        return self.query.get(name, "").strip().lower() not in ("", "0", "no", "false", "none")


@dataclass(frozen=True, slots=True)
class Response:
    """An answer; with ``follow`` the body is only its beginning, and what comes later is written when it happens.

    Streams are sent in chunks even when they have ended already: clients tell by that that they are streams.
    """

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    stream: bool = False
    follow: Subscribe | None = None


def json_response(value: Any, status: int = 200) -> Response:
    """An answer in JSON, written the way Go's encoder does (one line, a newline at its end)."""
    return Response(status, json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode() + b"\n")


def empty(status: int = 200) -> Response:
    """An answer without a body."""
    return Response(status, b"", "")
