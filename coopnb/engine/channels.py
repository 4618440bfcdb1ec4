"""HTTP over channels of an ssh connection: what requests needs to use one like a socket."""

from __future__ import annotations

import io
from typing import Any

import docker
import paramiko
import requests.adapters
import urllib3
import urllib3.connection

from coopnb.engine.mapping import LineCut
from coopnb.engine.ssh import SshLine

AT_ONCE = 9
"""Channels on one connection: sshd lets ten in (``MaxSessions``), and one is left for somebody else's ``ssh``."""

_BASE = "http+docker://ssh"


def open_ssh(url: str, timeout: int) -> docker.APIClient:
    """A client of the engine behind ``ssh://[user@]host[:port]``, which has said its version."""
    adapter = _Adapter(SshLine(url, timeout))
    try:
        # docker-py would make its own connection of an ssh:// URL, and ask for the version over it.
        asking = _client("1.41", timeout, adapter)
        version = str(asking.version(api_version=False)["ApiVersion"])
        return _client(version, timeout, adapter)
    except KeyError as error:
        adapter.close()
        raise ConnectionError("whoever answers there says no version, so it is no Docker engine") from error
    except BaseException:
        adapter.close()
        raise


def _client(version: str, timeout: int, adapter: _Adapter) -> docker.APIClient:
    client = docker.APIClient(base_url="http://localhost:1", version=version, timeout=timeout)
    client.base_url = _BASE
    client.mount("http+docker://", adapter)
    client.trust_env = False
    return client


class _Adapter(requests.adapters.HTTPAdapter):
    """One pool for all URLs of a server."""

    def __init__(self, line: SshLine) -> None:
        super().__init__()
        self._line = line
        self._channels = _Pool(line)

    def get_connection_with_tls_context(self, request: Any, verify: Any, proxies: Any = None, cert: Any = None) -> Any:
        del request, verify, proxies, cert
        return self._channels

    def close(self) -> None:
        """End the channels and the connection."""
        super().close()
        self._channels.close()
        self._line.close()


class _Pool(urllib3.HTTPConnectionPool):
    def __init__(self, line: SshLine) -> None:
        super().__init__("localhost", maxsize=AT_ONCE, block=True)
        self._line = line

    def _new_conn(self) -> Any:
        return _Connection(self._line)


class _Connection(urllib3.connection.HTTPConnection):
    def __init__(self, line: SshLine) -> None:
        super().__init__("localhost")
        self._line = line

    def connect(self) -> None:
        """Open a channel."""
        self.sock = _ChannelSocket(self._line.open_channel(), self._line)

    @property
    def is_connected(self) -> bool:
        """Whether the channel can be used again; asked without a file descriptor, of which a channel has none."""
        return isinstance(self.sock, _ChannelSocket) and self.sock.idle


class _ChannelSocket:
    """A channel with the methods of a socket that ``http.client`` uses."""

    def __init__(self, channel: paramiko.Channel, line: SshLine) -> None:
        self._channel = channel
        self._line = line
        self._heard = False

    @property
    def idle(self) -> bool:
        channel = self._channel
        return self._line.alive() and not (channel.closed or channel.eof_received or channel.recv_ready())

    def settimeout(self, seconds: float | None) -> None:
        self._channel.settimeout(seconds)

    def setsockopt(self, *options: Any) -> None:
        """A channel has no options."""

    def sendall(self, data: bytes) -> None:
        try:
            self._channel.sendall(data)
        except TimeoutError:
            raise
        except OSError as error:
            raise self._why() from error

    def receive(self, size: int) -> bytes:
        data = self._channel.recv(size)
        if not data and (not self._heard or not self._line.alive()):
            raise self._why()
        self._heard = True
        return data

    def makefile(self, mode: str = "rb", buffering: int = -1) -> io.BufferedReader:
        del mode, buffering
        return io.BufferedReader(_Reader(self), 65536)

    def shutdown(self, how: int) -> None:
        """End a read that waits, in whatever thread."""
        del how
        self._channel.close()

    def close(self) -> None:
        self._channel.close()

    def _why(self) -> OSError:
        """Why a channel ended before it said anything: the connection broke, or the command over there did."""
        if not self._line.alive():
            return LineCut("the ssh connection was cut")
        self._channel.status_event.wait(1)
        said = b""
        if self._channel.recv_stderr_ready():
            said = self._channel.recv_stderr(2000)
        text = said.decode("utf-8", "replace").strip().splitlines()
        return ConnectionError(
            f"docker system dial-stdio ended over there: {text[-1]}" if text else "the engine there hung up"
        )


class _Reader(io.RawIOBase):
    def __init__(self, channel: _ChannelSocket) -> None:
        self._from = channel

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._from.receive(len(buffer))
        buffer[: len(data)] = data
        return len(data)
