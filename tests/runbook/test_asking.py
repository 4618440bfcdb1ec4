"""Asking an app's page: whatever answers there, it is one check in words, soon, and never an error."""

from __future__ import annotations

import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from coopnb.runbook import asking
from coopnb.runbook.asking import ask_page


class Page(BaseHTTPRequestHandler):
    """Answers as its path says."""

    protocol_version = "HTTP/1.1"
    done = threading.Event()

    def do_GET(self) -> None:
        """Answer."""
        path = self.path.partition("?")[0]
        if path.startswith("/status/"):
            return self._answer(int(path.removeprefix("/status/")), b"words")
        if path == "/loop":
            return self._answer(302, b"", Location="/loop")
        if path == "/away":
            return self._answer(302, b"", Location="file:///etc/passwd")
        if path == "/empty":
            return self._answer(200, b"")
        if path == "/silent":
            self.done.wait(30)
            return None
        if path == "/endless":
            return self._write_for_ever(b"x" * 65536, 0)
        if path == "/slow":
            return self._write_for_ever(b"x", 0.05)
        if path == "/moved":
            return self._answer(302, b"", Location="/?token=s3cret")
        if path == "/trickle":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Words: ")
            return self._write_for_ever(b"x", 0.05, begun=True)
        if path == "/garbage":
            self.wfile.write(b"\x00\x01\x02 not http\r\n\r\n")
            self.close_connection = True
            return None
        return self._answer(200, b"<h1>the wiki</h1>")

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _write_for_ever(self, piece: bytes, pause: float, begun: bool = False) -> None:
        self.close_connection = True
        if not begun:
            self.send_response(200)
            self.end_headers()
        try:
            while not self.done.wait(pause):
                self.wfile.write(piece)
        except OSError:
            pass

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serving(context: ssl.SSLContext | None = None) -> Iterator[str]:
    """A server on loopback; its address without a scheme."""
    Page.done = threading.Event()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    server.daemon_threads = True
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_address[1]}"
    finally:
        Page.done.set()
        server.shutdown()
        server.server_close()
        thread.join(5)


@pytest.fixture(scope="module")
def place() -> Iterator[str]:
    """A plain server."""
    with serving() as address:
        yield address


@pytest.mark.parametrize(
    ("path", "ok", "words"),
    [
        ("/", True, "answers 200"),
        ("/status/204", False, "answers 204, with nothing in it"),
        ("/status/404", False, "answers 404"),
        ("/status/500", False, "answers 500"),
        ("/empty", False, "answers 200, with nothing in it"),
        ("/loop", False, "leads on and on: more than 5 redirects"),
        ("/moved", True, "leads to http://PLACE/, which answers 200"),
        ("/slow", True, "answers 200"),
        ("/away", False, "could not be asked"),
        ("/endless", True, "answers 200"),
        ("/garbage", False, "cannot be reached"),
    ],
)
def test_what_a_page_answers(place: str, path: str, ok: bool, words: str) -> None:
    """A page must pass only if it answers well and with something; how it did not must be said in words."""
    check = ask_page(f"http://{place}{path}")

    assert (check.name, check.ok) == ("page", ok), check
    assert check.text.startswith(f"http://{place}{path} {words.replace('PLACE', place)}"), check


@pytest.mark.parametrize("path", ["/silent", "/trickle"])
def test_a_page_that_takes_too_long(place: str, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that does not answer, and one whose headers trickle for ever, must be left after a bounded time."""
    monkeypatch.setattr(asking, "PATIENCE", 1.0)
    monkeypatch.setattr(asking, "LONGEST", 2.0)

    check = ask_page(f"http://{place}{path}")

    assert check.ok is False
    assert check.text.startswith(f"http://{place}{path} did not answer within ")


def test_a_certificate_that_nobody_trusts(tmp_path: Path) -> None:
    """A page whose certificate no browser would trust must not pass, and be told apart from one that is not there."""
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    make = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    make += ["-keyout", str(key), "-out", str(certificate), "-days", "1", "-subj", "/CN=127.0.0.1"]
    subprocess.run([*make, "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True, timeout=30)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with serving(context) as address:
        check = ask_page(f"https://{address}/")
        plain = ask_page(f"http://{address}/")

    assert (check.ok, check.text) == (False, f"https://{address}/ has no certificate that can be trusted")
    assert plain.ok is False
    assert ask_page(f"https://{address}/").text.endswith("cannot be reached: no name, no way, or nobody there")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "wiki.example.org",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "ftp://127.0.0.1/",
        "http://",
        "http:///x",
        "http://[::1",
        "http://127.0.0.1:notaport/",
        "http://127.0.0.1:99999/",
        "http://\x1b[2J\u202e/",
        "http://a..b/",
        "http://" + "x" * 70 + ".example/",
        "http://" + "x" * 100_000,
    ],
)
def test_what_is_no_address(url: str) -> None:
    """Whatever was typed must be answered in a short sentence, without characters that act unseen."""
    check = ask_page(url)

    assert not check.ok
    assert len(check.text) < 250
    assert check.text.isprintable(), check.text


def test_what_may_be_secret_is_not_repeated(place: str) -> None:
    """A user, a password and a query must reach the server, and no output."""
    check = ask_page(f"http://ana:hunter2@{place}/?token=s3cret#part")

    assert (check.ok, check.text) == (True, f"http://{place}/ answers 200")
    assert ask_page("ftp://ana:hunter2@host/?token=s3cret").text.count("s3cret") == 0
