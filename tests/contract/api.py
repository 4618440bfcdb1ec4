"""A client of the Engine API of the tests' own: raw HTTP over a unix socket, so that no client is tested here."""

from __future__ import annotations

import json
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse
from typing import Any
from urllib.parse import quote, urlencode

VERSION = "v1.41"
"""The newest API that every engine of the suite speaks: dockerd 20.10's."""

SECONDS = 30.0
"""What one answer may take."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the status, the headers (names in lower case) and the body as bytes."""

    status: int
    headers: Mapping[str, str]
    data: bytes = field(repr=False)

    @property
    def json(self) -> Any:
        """The decoded body; AssertionError, with the body, when it is no JSON."""
        try:
            return json.loads(self.data)
        except ValueError:
            raise AssertionError(f"{self.status}: no JSON: {self.data[:200]!r}") from None

    @property
    def message(self) -> str:
        """The text of a refusal, empty for an answer that is none."""
        body = self.json if self.data else None
        return str(body.get("message", "")) if isinstance(body, dict) and self.status >= 400 else ""

    @property
    def refusal(self) -> tuple[int, str]:
        """Status and text, as tables of refusals have them."""
        return self.status, self.message

    @property
    def lines(self) -> list[Any]:
        """The JSON objects of a body that has one a line."""
        return [json.loads(line) for line in self.data.splitlines() if line.strip()]


class Api:
    """Calls on one engine, a connection each.

    Args:
        path: the unix socket.
        version: goes before every path that does not bring its own; empty for none.
    """

    def __init__(self, path: str, version: str = VERSION) -> None:
        self.path = path
        self.version = version

    def call(
        self,
        method: str,
        target: str,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        seconds: float = SECONDS,
        **query: Any,
    ) -> Answer:
        """Make one call and read the whole answer.

        Args:
            body: bytes go as they are, anything else but None as JSON.
            query: added to the target; ``filters`` is written as JSON, None is left out.
        """
        connection, response = self.open(method, target, body, headers, seconds, **query)
        try:
            data = response.read()
        finally:
            connection.close()
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, data)

    def open(
        self,
        method: str,
        target: str,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        seconds: float = SECONDS,
        **query: Any,
    ) -> tuple[HTTPConnection, HTTPResponse]:
        """Make one call and leave its answer unread; whoever calls closes the connection."""
        sent = {"Content-Type": "application/json"} if body is not None else {}
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        connection = _UnixConnection(self.path, seconds)
        try:
            connection.request(method, self.address(target, **query), data, {**sent, **(headers or {})})
            return connection, connection.getresponse()
        except BaseException:
            connection.close()
            raise

    def address(self, target: str, **query: Any) -> str:
        """The whole request target: version, path, query."""
        prefix = f"/{self.version}" if self.version and not target.startswith("/v1.") else ""
        words = {name: _written(value) for name, value in query.items() if value is not None}
        joint = "&" if "?" in target else "?"
        return quote(prefix + target, safe="/?&=%:@,+") + (joint + urlencode(words) if words else "")

    def get(self, target: str, **query: Any) -> Any:
        """The JSON of something that must be there."""
        return self._good("GET", target, None, **query).json

    def post(self, target: str, body: Any = None, **query: Any) -> Any:
        """The JSON that a write answers, None when it answers nothing."""
        said = self._good("POST", target, body, **query)
        return said.json if said.data.strip() else None

    def delete(self, target: str, **query: Any) -> Answer:
        """Remove something that must be there."""
        return self._good("DELETE", target, None, **query)

    def _good(self, method: str, target: str, body: Any, **query: Any) -> Answer:
        said = self.call(method, target, body, **query)
        assert said.status < 300, f"{method} {target}: {said.status} {said.data[:300]!r}"
        return said


class _UnixConnection(HTTPConnection):
    def __init__(self, path: str, seconds: float) -> None:
        super().__init__("localhost", timeout=seconds)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


def _written(value: Any) -> str:
    if isinstance(value, (dict, list)):
        return json.dumps(value)
    return str(value).lower() if isinstance(value, bool) else str(value)
