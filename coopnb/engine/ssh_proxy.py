"""``ProxyCommand``: a command of the user's own ssh config whose ends are the connection to a server."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import tempfile
import threading
from contextlib import suppress

_MOST_SAID = 2000


class ProxySocket:
    """One end of a pair of sockets; at the other end runs the command, in the user's shell as OpenSSH runs it.

    Raises:
        OSError: there is no shell, or no more processes can be started.
    """

    def __init__(self, command: str) -> None:
        self._last = ""
        self._closing = threading.Lock()
        self._said = tempfile.TemporaryFile()  # noqa: SIM115  open as long as the command runs
        self._near, far = socket.socketpair()
        try:
            with far:
                self._process = subprocess.Popen(
                    [os.environ.get("SHELL") or "/bin/sh", "-c", f"exec {command}"],
                    stdin=far.fileno(),
                    stdout=far.fileno(),
                    stderr=self._said,
                    start_new_session=True,  # an interrupt at the terminal is ours, and one signal ends all of it
                )
        except OSError:
            self._near.close()
            self._said.close()
            raise

    @property
    def _closed(self) -> bool:
        """As of a socket; paramiko asks it."""
        return self._said.closed

    def settimeout(self, seconds: float | None) -> None:
        """As of a socket."""
        self._near.settimeout(seconds)

    def send(self, data: bytes) -> int:
        """As of a socket."""
        return self._near.send(data)

    def recv(self, size: int) -> bytes:
        """As of a socket; empty when the command has ended."""
        return self._near.recv(size)

    def said(self) -> str:
        """How the command ended by itself, and the last line of its standard error; known once it is closed."""
        return self._last

    def close(self) -> None:
        """End the command, and whatever it has started, and close the sockets; once is enough."""
        self._near.close()
        with self._closing:
            if self._said.closed:
                return
            status = self._ended(0.2)
            self._last = self._words(status)
            for sign in (signal.SIGTERM, signal.SIGKILL) if status is None else ():
                with suppress(ProcessLookupError, PermissionError):
                    os.killpg(self._process.pid, sign)
                if self._ended(1) is not None:
                    break
            self._said.close()

    def _words(self, status: int | None) -> str:
        end = self._said.seek(0, os.SEEK_END)
        self._said.seek(max(0, end - _MOST_SAID))
        lines = self._said.read().decode("utf-8", "replace").strip().splitlines()
        ended = "" if status is None else f"it ended with status {status}"
        return ": ".join(part for part in (ended, lines[-1] if lines else "") if part)

    def _ended(self, seconds: float) -> int | None:
        with suppress(subprocess.TimeoutExpired):
            return int(self._process.wait(seconds))
        return None
