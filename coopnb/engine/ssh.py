"""Servers over ssh: one connection a server, on it one channel a concurrent request.

Each channel runs ``docker system dial-stdio`` over there, which is what docker's own CLI does: it joins the
channel to the engine's socket, and needs nothing that a server with docker does not have.
"""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from pathlib import Path

import paramiko

from coopnb.engine.known_hosts import HostKey, judge
from coopnb.engine.mapping import LineCut
from coopnb.engine.ssh_config import read_hop
from coopnb.engine.ssh_way import dial, greet, hang_up, way

DIAL = "docker system dial-stdio"


class SshLine:
    """One ssh connection, made when it is needed and again when it broke.

    Args:
        url: ``ssh://[user@]host[:port]``; the user's ssh config says the rest.
        timeout: seconds until it must stand, and a channel on it.

    Raises:
        InputError: the URL or the ssh config cannot be read.
    """

    def __init__(self, url: str, timeout: float, home: Path | None = None) -> None:
        self.url = url
        self._timeout = timeout
        self._home = home or Path.home()
        self._hop = read_hop(url, self._home)
        self._lock = threading.Lock()
        self._chain: list[paramiko.Transport] = []

    def open_channel(self) -> paramiko.Channel:
        """A channel that ends at the engine's socket.

        Raises:
            ConnectFailed, TimedOut: the server cannot be reached, is not known, or lets nobody in.
            OSError: the connection broke, or it gives no channel.
        """
        with self._lock:
            if not self._chain or not self._chain[-1].is_active():
                self._hang_up()
                self._chain = dial(self._hop, self.url, self._home, time.monotonic() + self._timeout)
            transport = self._chain[-1]
        try:
            channel = _session(transport, self._timeout)
            _run(channel, self._timeout)
        except TimeoutError:
            # A line on which nothing comes back may be dead for minutes before anybody says so: the next call dials.
            self._forget(transport)
            raise
        except paramiko.ChannelException as error:
            raise ConnectionError(
                f"sshd opens no more channels ({error.text}); is its MaxSessions below 10?"
            ) from error
        except (paramiko.SSHException, EOFError, OSError) as error:
            raise LineCut("the ssh connection broke") from error
        return channel

    def alive(self) -> bool:
        """Whether the connection stands, as far as this side knows."""
        return bool(self._chain) and self._chain[-1].is_active()

    def close(self) -> None:
        """End the connection, its channels and its threads."""
        with self._lock:
            self._hang_up()

    def _forget(self, transport: paramiko.Transport) -> None:
        with self._lock:
            if self._chain and self._chain[-1] is transport:
                self._hang_up()

    def _hang_up(self) -> None:
        hang_up(self._chain)
        self._chain = []


def refuse_no_address(url: str, home: Path | None = None) -> None:
    """Raise InputError if this is no address over ssh; asks nobody."""
    read_hop(url, home or Path.home())


def seen_host_key(url: str, timeout: float, home: Path | None = None) -> HostKey:
    """The key that a server shows now, without logging in; the hops before it must be known.

    Raises:
        InputError, ConnectFailed, TimedOut: as of a connection.
    """
    home = home or Path.home()
    hop = read_hop(url, home)
    deadline = time.monotonic() + timeout
    chain = way(hop, url, home, deadline)
    try:
        chain.append(greet(hop, chain, url, deadline))
        return judge(hop.known_as, chain[-1].get_remote_server_key(), hop.known_hosts)
    finally:
        hang_up(chain)


def _session(transport: paramiko.Transport, timeout: float) -> paramiko.Channel:
    began = time.monotonic()
    try:
        channel = transport.open_session(timeout=timeout)
    except paramiko.ChannelException:
        raise
    except paramiko.SSHException as error:
        if transport.is_active() and time.monotonic() >= began + timeout:
            raise TimeoutError("the server opened no channel in time") from error
        raise
    channel.settimeout(timeout)
    return channel


def _run(channel: paramiko.Channel, timeout: float) -> None:
    """Start the command over there; paramiko itself would wait for the answer without end.

    Raises:
        TimeoutError: nothing is answered.
        paramiko.SSHException, EOFError: the channel or the connection ended.
    """
    late = threading.Event()

    def give_up() -> None:
        late.set()
        with suppress(EOFError, paramiko.SSHException, OSError):  # the connection may end in the same moment
            channel.close()

    waiting = threading.Timer(timeout, give_up)
    waiting.daemon = True
    waiting.start()
    try:
        channel.exec_command(DIAL)
    except (paramiko.SSHException, EOFError):
        if late.is_set():
            raise TimeoutError("the server did not start the command in time") from None
        raise
    finally:
        waiting.cancel()
