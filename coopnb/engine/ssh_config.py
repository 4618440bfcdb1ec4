"""The user's own ssh config, read as OpenSSH reads it: who, where, with which keys, through whom."""

from __future__ import annotations

import getpass
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import paramiko

from coopnb.engine.ssh_lines import UNREAD, at_home, config_lines
from coopnb.errors import InputError

SYSTEM_CONFIG = Path("/etc/ssh/ssh_config")
SYSTEM_KNOWN_HOSTS = ("/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2")
AGENT = "SSH_AUTH_SOCK"
DEFAULT_KEYS = ("id_ed25519", "id_ecdsa", "id_rsa")
_HOST = re.compile(r"[A-Za-z0-9_.:][A-Za-z0-9_.:%-]*")
_USER = re.compile(r"[A-Za-z0-9_.][A-Za-z0-9_.$-]*")


@dataclass(frozen=True, slots=True)
class Hop:
    """One machine on the way to an engine.

    Attributes:
        said: as the URL or ``ProxyJump`` says it: an alias or a host.
        known_as: its name in ``known_hosts``: with its port, unless that is 22.
        keys: private key files, in order; the defaults if the config names none.
        agent: the socket of the agent that holds keys; empty for none.
        only_keys: whether keys that an agent holds beside those are not offered (``IdentitiesOnly``).
        known_hosts: the files of known hosts, the user's first; a new host goes to the first.
        jumps: the hops before it, each as ``[user@]host[:port]``.
        proxy_command: a command whose ends are the connection.
    """

    said: str
    host: str
    port: int
    user: str
    known_as: str
    keys: tuple[Path, ...]
    agent: str
    only_keys: bool
    known_hosts: tuple[Path, ...]
    jumps: tuple[str, ...] = ()
    proxy_command: str = ""


def read_hop(said: str, home: Path) -> Hop:
    """Resolve ``[user@]host[:port]`` or ``ssh://...`` with ``~/.ssh/config`` and the machine's.

    Raises:
        InputError: it is no address, or the config cannot be read.
    """
    user, host, port = _parts(said)
    found = _settings(user, host, port, home)
    address = found.get("hostname") or host
    number = int(found.get("port") or 22)
    alias = found.get("hostkeyalias") or address
    named = found.get("identityfile") or [f"{home}/.ssh/{name}" for name in DEFAULT_KEYS]
    own = str(found.get("userknownhostsfile") or f"{home}/.ssh/known_hosts {home}/.ssh/known_hosts2").split()
    system = str(found.get("globalknownhostsfile") or " ".join(SYSTEM_KNOWN_HOSTS)).split()
    jump = str(found.get("proxyjump") or "none")
    command = str(found.get("proxycommand") or "none")
    return Hop(
        said=said.removeprefix("ssh://"),
        host=address,
        port=number,
        user=user or found.get("user") or getpass.getuser(),
        known_as=alias if number == 22 or found.get("hostkeyalias") else f"[{alias}]:{number}",
        keys=tuple(Path(path).expanduser() for path in named if path.lower() != "none"),
        agent=_agent(str(found.get("identityagent") or AGENT), home),
        only_keys=str(found.get("identitiesonly") or "").lower() == "yes",
        known_hosts=tuple(at_home(os.devnull if path == "none" else path, home) for path in (*own, *system)),
        jumps=() if jump.lower() == "none" else tuple(part.strip() for part in jump.split(",")),
        proxy_command="" if command.lower() == "none" or jump.lower() != "none" else _whole(command, host),
    )


def _agent(said: str, home: Path) -> str:
    """The socket of the agent: that of the environment, unless ``IdentityAgent`` names another; empty for none."""
    if said in (AGENT, "none"):
        return os.environ.get(AGENT, "") if said == AGENT else ""
    return os.environ.get(said[1:].strip("{}"), "") if said.startswith("$") else str(at_home(said, home))


def _whole(command: str, host: str) -> str:
    """A command with the tokens that paramiko leaves alone: the name as it was said, and the sign itself."""
    return re.sub("%[n%]", lambda token: host if token.group() == "%n" else "%", command)


def _parts(said: str) -> tuple[str, str, int]:
    """User, host and port, empty and 0 where the URL leaves them open."""
    try:
        split = urlsplit(said if said.startswith("ssh://") else f"ssh://{said}")
        host, user, port = split.hostname or "", split.username or "", split.port or 0
    except ValueError:
        host, user, port, split = "", "", 0, urlsplit("")
    # urlsplit lowers a host's case; an alias of the config may have capitals.
    written = re.search(re.escape(host), split.netloc.rpartition("@")[2], re.IGNORECASE) if host else None
    host = written.group() if written else host
    right = _HOST.fullmatch(host) and (not user or _USER.fullmatch(user)) and split.password is None
    if not right or split.path not in ("", "/") or split.query or split.fragment:
        shown = "an ssh:// URL with a password" if split.password is not None else repr(said)
        raise InputError(
            f"{shown} is no address over ssh; nothing was done",
            where="the server's URL",
            hint="Write it as ssh://ops@node1.example.org:22; a key, or an agent, lets you in.",
        )
    return user, host, port


def _settings(user: str, host: str, port: int, home: Path) -> Mapping[str, str]:
    """What the config says of a host; what the address says itself goes before."""
    own = home / ".ssh" / "config"
    said = [f"User {user}"] * bool(user) + [f"Port {port}"] * bool(port)
    text = "\n".join((*said, *config_lines((own, SYSTEM_CONFIG), home)))
    try:
        found: Mapping[str, str] = paramiko.SSHConfig.from_text(text).lookup(host)
        int(found.get("port") or 22)
    except (paramiko.SSHException, ValueError, KeyError, IndexError) as error:
        raise InputError(
            f"the ssh config cannot be read: {error}",
            where=str(own),
            hint=f"See what OpenSSH says to it: ssh -G {host}",
        ) from error
    if unread := found.get(UNREAD.lower()):
        place, _, condition = unread.partition(": ")
        raise InputError(
            f"whether a block of the ssh config is about {host} hangs on a condition that coopnb does not read",
            what=condition,
            where=place,
            hint=f"Put what ssh -G {host} shows into a block of its own, before that one: Host {host}\n"
            f"and leave the server out of the other: Match !originalhost {host} ...",
        )
    return found
