"""Where to listen: unix sockets for their owner alone, and TCP on loopback."""

from __future__ import annotations

import errno
import os
import socket as sockets
from pathlib import Path

from tornado.netutil import bind_sockets, bind_unix_socket


def bind_private(path: Path) -> sockets.socket:
    """A listening unix socket with mode 0600 from its first moment; a dead one that is there is replaced.

    Raises:
        OSError: somebody listens there, or the path cannot be used.
    """
    if is_live(path):
        raise OSError(errno.EADDRINUSE, "another process listens there")
    before = os.umask(0o177)
    try:
        return bind_unix_socket(str(path), mode=0o600)
    except ValueError as error:
        raise OSError(errno.EEXIST, "a file that is no socket is there") from error
    finally:
        os.umask(before)


def bind_loopback(host: str, port: int) -> sockets.socket:
    """A listening socket on a loopback address.

    Raises:
        OSError: somebody listens there, or the machine has no such address.
    """
    return bind_sockets(port, host)[0]


def is_live(path: Path) -> bool:
    """Whether somebody listens already: a live socket (a real engine's, perhaps) is never replaced."""
    with sockets.socket(sockets.AF_UNIX, sockets.SOCK_STREAM) as probe:
        probe.settimeout(1.0)
        try:
            probe.connect(str(path))
        except OSError:
            return False
        return True
