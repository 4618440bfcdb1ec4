"""A git server on loopback, over TLS: git's own http backend behind a small web server."""

from __future__ import annotations

import os
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.testbed.certificates import Authority


class GitSite(ThreadingHTTPServer):
    """Serves the repositories below a folder.

    Attributes:
        refuses: a status that everything is answered with, 0 for none.
        silent: whether it takes requests and never answers.
        paths: what was asked for.
        credentials: the ``Authorization`` headers that were sent.
    """

    daemon_threads = True
    root: Path
    context: ssl.SSLContext
    refuses = 0
    silent = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.paths: list[str] = []
        self.credentials: list[str] = []
        self.ended = threading.Event()

    @property
    def url(self) -> str:
        """Where it is."""
        return f"https://127.0.0.1:{self.server_port}"

    def get_request(self) -> tuple[Any, Any]:
        """Take a connection; the handshake is made in the handler's thread, where nobody else waits for it."""
        taken, client = self.socket.accept()
        return self.context.wrap_socket(taken, server_side=True, do_handshake_on_connect=False), client

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a client that does not trust the certificate goes away in the middle."""


class _Handler(BaseHTTPRequestHandler):
    server: GitSite

    def do_GET(self) -> None:
        """Answer, refuse, or wait for the end of the test."""
        self.server.paths.append(self.path)
        self.server.credentials.extend(self.headers.get_all("Authorization", []))
        if self.server.silent:
            self.server.ended.wait(60)
            return
        if self.server.refuses:
            self.send_response(self.server.refuses)
            if self.server.refuses == 401:
                self.send_header("WWW-Authenticate", 'Basic realm="git"')
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self._backend()

    do_POST = do_GET

    def _backend(self) -> None:
        """Run git's backend as a web server does (RFC 3875)."""
        path, _, query = self.path.partition("?")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        environment = {
            "PATH": os.environ["PATH"],
            "GIT_PROJECT_ROOT": str(self.server.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "REQUEST_METHOD": self.command,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
        }
        done = subprocess.run(
            ["git", "http-backend"], env=environment, input=body, capture_output=True, timeout=30, check=False
        )
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        headers = [line.partition(": ") for line in head.decode().split("\r\n")]
        said = {name: value for name, _, value in headers}
        self.send_response(int(said.pop("Status", "200").split()[0]))
        for name, value in {**said, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        with suppress(OSError):
            self.wfile.write(content)

    def log_message(self, *arguments: Any) -> None:
        """Say nothing."""


@contextmanager
def git_site(root: Path, by: Authority, folder: Path) -> Iterator[GitSite]:
    """A server with a certificate from this authority."""
    site = GitSite()
    site.root = root
    site.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    site.context.load_cert_chain(*by.issue(folder, "server"))
    thread = threading.Thread(target=site.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield site
    finally:
        site.ended.set()
        site.shutdown()
        thread.join()
        site.server_close()
