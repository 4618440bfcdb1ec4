"""The other side of the control socket, with nothing but the standard library."""

from __future__ import annotations

import http.client
import json
import socket as sockets
from pathlib import Path
from typing import Any

from coopnb.practice.status import FaultKind, Status

_LONGEST = 120.0
"""Seconds for one answer: a jump of a month with much running takes a while."""


class RemoteError(RuntimeError):
    """The practice swarm refused.

    Attributes:
        what: what is wrong.
        then: what to do about it.
    """

    def __init__(self, what: str, then: str) -> None:
        super().__init__(f"{what}. {then}")
        self.what = what
        self.then = then


class RemoteGone(RemoteError):
    """The practice swarm does not answer."""


class Remote:
    """A practice swarm, told what to do from another process.

    Args:
        socket: its control socket.
    """

    def __init__(self, socket: Path) -> None:
        self.socket = socket

    def status(self) -> Status:
        """How it stands."""
        return Status.from_json(self._ask("GET", "/status"))

    def faults(self) -> tuple[FaultKind, ...]:
        """Every fault that can be put in."""
        listed = self._ask("GET", "/faults")
        return tuple(FaultKind(**{**fault, "settings": tuple(fault["settings"])}) for fault in listed)

    def fault(self, name: str, target: str = "", **settings: Any) -> str:
        """Put a fault in, or mend one; a sentence that says what is so from here on.

        Raises:
            RemoteError: no fault or no target is called so.
        """
        return str(self._ask("POST", "/fault", {**settings, "name": name, "target": target})["said"])

    def advance(self, seconds: float) -> str:
        """Let time go by; the time it is then, RFC 3339.

        Raises:
            RemoteError: not a number above 0, or more than 31 days.
        """
        return str(self._ask("POST", "/advance", {"seconds": seconds})["now"])

    def state(self) -> str:
        """What a state file holds: everything that was done, from which all the rest follows."""
        return self._send("GET", "/state", None).decode()

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        return json.loads(self._send(method, path, body))

    def _send(self, method: str, path: str, body: dict[str, Any] | None) -> bytes:
        connection = _Connection(self.socket)
        try:
            connection.request(method, path, None if body is None else json.dumps(body))
            response = connection.getresponse()
            said = response.read()
        except (OSError, http.client.HTTPException) as error:
            text = f"the practice swarm does not answer on {self.socket}: {error}"
            raise RemoteGone(text, "Start one: coopnb practice up") from error
        finally:
            connection.close()
        if response.status != 200:
            refused = json.loads(said)
            raise RemoteError(refused["what"], refused["next"])
        return said


class _Connection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=_LONGEST)
        self._path = path

    def connect(self) -> None:
        self.sock = sockets.socket(sockets.AF_UNIX, sockets.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))
