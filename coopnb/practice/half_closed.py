"""Connections whose client says no more and still listens, which a real engine answers.

A Go server notices such an end beside its handler, and the handler writes its answer all the same (net/http's
background read). Tornado closes a connection as soon as it reads the end, even while a request that came whole is on
its way to the door.
"""

from __future__ import annotations

from typing import Any

from tornado.httpserver import HTTPServer
from tornado.iostream import IOStream

TURNS = 16
"""Turns of the loop that a whole request has to be handed to the door and answered, with room; it takes five."""


class PatientStream(IOStream):
    """A connection that takes its client's end for the connection's end some turns of the loop later."""

    _turns = TURNS

    def read_from_fd(self, buf: bytearray | memoryview) -> int | None:
        """Read what there is: None for nothing now, 0 for the end."""
        count = super().read_from_fd(buf)
        if count:
            self._turns = TURNS
        elif count == 0 and self._turns:
            self._turns -= 1
            return None
        return count


class PatientServer(HTTPServer):
    """An HTTP server that answers clients who have ended their half of the connection."""

    def handle_stream(self, stream: IOStream, address: tuple[Any, ...]) -> None:
        """Serve a new connection; tornado calls this."""
        patient = PatientStream(stream.socket, max_buffer_size=stream.max_buffer_size)
        super().handle_stream(patient, address)
