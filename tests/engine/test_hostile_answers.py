"""Whatever answers at a socket, only errors of ours leave the engine room."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from coopnb.engine import connect
from coopnb.errors import CoopError, EngineError, TransportError

VERSION = b'{"ApiVersion":"1.45","Version":"26.1.5"}'


def response(body: bytes, status: str = "200 OK", headers: bytes = b"") -> bytes:
    """An HTTP response."""
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nContent-Type: application/json\r\n"
    return head.encode() + headers + b"\r\n" + body


@contextmanager
def answering(folder: Path, *answers: bytes) -> Iterator[str]:
    """A socket that gives these answers, one a request, and then hangs up."""
    path = folder / "a.sock"
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(path))
    server.listen()
    left = list(answers)

    def serve() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with connection:
                while left and connection.recv(65536):
                    connection.sendall(left.pop(0))

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"unix://{path}"
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join(5)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"", TransportError),
        (b"\x00\x01garbage\r\n\r\n", TransportError),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort", TransportError),
        (response(b"<html>not an engine</html>"), EngineError),
        (response(b"", "500 Internal Server Error"), EngineError),
        (response(b"\xff\xfe", "502 Bad Gateway"), EngineError),
        (response(b'["a list"]', "404 Not Found"), EngineError),
        (response(b'{"message": 5}', "400 Bad Request"), EngineError),
    ],
)
def test_only_our_errors_leave(tmp_path: Path, answer: bytes, error: type[CoopError]) -> None:
    """A broken, foreign or refusing answer must become an error of ours with its place."""
    with answering(tmp_path, response(VERSION), answer) as url:
        engine = connect(url, timeout=5)
        with pytest.raises(error) as raised:
            engine.nodes()
        engine.close()

    assert url in str(raised.value)
    assert "/nodes" in str(raised.value)


@pytest.mark.parametrize("answer", [b"", b"nonsense", response(b"{}"), response(b"[]"), response(b"no json")])
def test_a_first_answer_that_is_no_engines(tmp_path: Path, answer: bytes) -> None:
    """Whoever does not tell a version must be refused while connecting."""
    with answering(tmp_path, answer) as url, pytest.raises(CoopError) as raised:
        connect(url, timeout=5)

    assert url in str(raised.value)


def test_a_garbled_date_is_no_error(tmp_path: Path) -> None:
    """A proxy's date must not stop a read."""
    with answering(tmp_path, response(VERSION), response(b"[]", headers=b"Date: yesterday\r\n")) as url:
        engine = connect(url, timeout=5)
        assert engine.nodes().body == []
        engine.close()
