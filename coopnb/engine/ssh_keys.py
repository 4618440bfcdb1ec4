"""Being let in: the agent's keys and the user's key files, as OpenSSH offers them; a password is never asked for."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import paramiko
from paramiko.agent import AgentSSH
from paramiko.pkey import UnknownKeyType

from coopnb.engine.ssh_config import Hop
from coopnb.errors import ConnectFailed

_MOST = 6
"""Keys that are offered: sshd hangs up after so many (``MaxAuthTries``)."""


class _Agent(AgentSSH):
    """The agent behind a socket; one that is not there holds no keys, one that does not answer is told."""

    def __init__(self, address: str, timeout: float, tried: _Tried) -> None:
        super().__init__()
        if not address:
            return
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(timeout)
        try:
            line.connect(address)
            self._connect(line)  # type: ignore[attr-defined]  # what paramiko.Agent does with the socket it finds
        except FileNotFoundError:
            line.close()
        except (OSError, paramiko.SSHException) as error:
            line.close()
            tried.unreadable.append(f"the agent at {address}: {error}")

    def close(self) -> None:
        """Let go of it."""
        self._close()  # type: ignore[attr-defined]


@dataclass(slots=True)
class _Tried:
    offered: list[str] = field(default_factory=list)
    locked: list[Path] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    left: bool = False
    """Whether keys were left that were not offered."""


def log_in(transport: paramiko.Transport, hop: Hop, url: str) -> None:
    """Authenticate with the first key that the server takes.

    Raises:
        ConnectFailed: it takes none, or the one it would take needs a passphrase.
        paramiko.SSHException, OSError: the connection broke meanwhile.
    """
    tried = _Tried()
    with closing(_Agent(hop.agent, transport.auth_timeout, tried)) as agent:
        for name, key in _keys(hop, agent, tried):
            if len(tried.offered) == _MOST:
                tried.left = True
                break
            tried.offered.append(name)
            try:
                more = transport.auth_publickey(hop.user, key)
            except paramiko.AuthenticationException:
                # It also stands for a connection that ended, which no other key mends.
                if not transport.is_active():
                    tried.left = len(tried.offered) > 1
                    break
                continue
            if transport.is_authenticated():
                return
            if more and "publickey" not in more:
                raise _wants_more(hop, name, more, url)
    if not tried.offered and not transport.is_active():
        raise paramiko.SSHException("the server hung up")
    raise _refused(hop, tried, url)


def _keys(hop: Hop, agent: AgentSSH, tried: _Tried) -> Iterator[tuple[str, paramiko.PKey]]:
    """Keys in the order they are offered: the named ones (from the agent, if it has them), then the agent's others."""
    held: dict[str, paramiko.PKey] = {key.get_base64(): key for key in agent.get_keys()}
    for path in hop.keys:
        public = _public(path)
        if public in held:
            yield f"{path} (agent)", held.pop(public)
    if not hop.only_keys:
        yield from ((f"{key.get_name()} (agent)", key) for key in held.values())
    for path in hop.keys:
        if path.suffix != ".pub" and path.is_file() and f"{path} (agent)" not in tried.offered:
            try:
                yield str(path), paramiko.PKey.from_path(path)
            except (TypeError, paramiko.PasswordRequiredException):
                tried.locked.append(path)
            except (OSError, ValueError, paramiko.SSHException, UnknownKeyType) as error:
                tried.unreadable.append(f"{path}: {error}")


def _public(path: Path) -> str:
    """The public half of a key that is named, in base64; empty if there is none.

    It lies beside the private half, or is itself what is named: then only an agent has the other half.
    """
    public = path if path.suffix == ".pub" else path.with_name(f"{path.name}.pub")
    try:
        fields = public.read_text(encoding="utf-8", errors="replace").split()
    except OSError:
        return ""
    return fields[1] if len(fields) > 1 else ""


def _refused(hop: Hop, tried: _Tried, url: str) -> ConnectFailed:
    said = [f"offered: {', '.join(tried.offered)}"] if tried.offered else ["no key was offered: there is none to offer"]
    said += [f"cannot be read: {text}" for text in tried.unreadable]
    if tried.locked:
        names = ", ".join(str(path) for path in tried.locked)
        return ConnectFailed(
            f"the key {names} needs a passphrase, and there is nobody to ask for it",
            what="\n".join([f"{hop.host} did not let {hop.user} in", *said] if tried.offered else said[1:]) or None,
            where=f"server {url}",
            hint=f"Give it to your agent in a terminal, then try again: ssh-add {tried.locked[0]}",
        )
    many = f"It hung up, or more than {_MOST} keys would be too many for it: name the one it knows in ~/.ssh/config,\n"
    return ConnectFailed(
        f"{hop.host} does not let {hop.user} in with any of your keys",
        what="\n".join(said),
        where=f"server {url}",
        hint=f"{many}with IdentityFile, and say IdentitiesOnly yes. Try: ssh {hop.said}"
        if tried.left
        else f"Is this the right user, and is the key's public half there? Try: ssh {hop.said}\n"
        "User and IdentityFile of the host can be said in ~/.ssh/config.",
    )


def _wants_more(hop: Hop, name: str, more: list[str], url: str) -> ConnectFailed:
    return ConnectFailed(
        f"{hop.host} takes the key of {hop.user} and asks for more: {', '.join(more)}",
        what=f"taken: {name}",
        where=f"server {url}",
        hint="coopnb types no password and no code: ask for a user there whom a key alone lets in.",
    )
