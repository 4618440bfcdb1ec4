"""Pass connections on to a port inside a network namespace: ``python inside.py FD PORT``, run in that namespace.

FD is a listening socket that was made outside: a socket stays in the namespace it was made in.
"""

from __future__ import annotations

import socket
import sys
import threading
from contextlib import suppress


def main() -> None:
    """Accept for ever."""
    listener, port = socket.socket(fileno=int(sys.argv[1])), int(sys.argv[2])
    while True:
        outside, _ = listener.accept()
        try:
            within = socket.create_connection(("127.0.0.1", port))
        except OSError:
            outside.close()
            continue
        for one, other in ((outside, within), (within, outside)):
            threading.Thread(target=carry, args=(one, other), daemon=True).start()


def carry(one: socket.socket, other: socket.socket) -> None:
    """Carry bytes one way until there are no more."""
    with suppress(OSError):
        while piece := one.recv(65536):
            other.sendall(piece)
    with suppress(OSError):
        other.shutdown(socket.SHUT_WR)


if __name__ == "__main__":
    main()
