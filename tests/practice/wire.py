"""Speaks HTTP over a unix socket with nothing but the standard library, so that anything can be sent."""

from __future__ import annotations

import http.client
import json
import socket
from pathlib import Path
from typing import Any


class UnixConnection(http.client.HTTPConnection):
    """An HTTP connection to a unix socket, bounded in time."""

    def __init__(self, path: Path) -> None:
        super().__init__("practice", timeout=10)
        self._path = path

    def connect(self) -> None:
        """Connect to the socket."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(10)
        self.sock.connect(str(self._path))


def ask(path: Path, method: str, target: str, body: bytes | None = None) -> tuple[int, dict[str, str], bytes]:
    """One call: status, headers, body."""
    connection = UnixConnection(path)
    try:
        connection.request(method, target, body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        connection.close()


def read(path: Path, target: str) -> Any:
    """One GET, decoded."""
    status, _, body = ask(path, "GET", target)
    assert status == 200, body
    return json.loads(body)


def send_raw(path: Path, data: bytes) -> bytes:
    """Send bytes as they are, and read until the other side has said all or hung up."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as raw:
        raw.settimeout(10)
        raw.connect(str(path))
        try:
            raw.sendall(data)
            raw.shutdown(socket.SHUT_WR)
            answer = b""
            while chunk := raw.recv(65536):
                answer += chunk
        except (BrokenPipeError, ConnectionResetError):
            return b""
        return answer
