"""The user's own ssh config, read as OpenSSH reads it: who, where, with which keys, through whom.

paramiko reads ``Host`` and ``Match`` blocks and tokens; ``Include`` it leaves out, so that is done here before.
"""

from __future__ import annotations

import getpass
import glob
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import paramiko

from coopnb.errors import InputError

SYSTEM_CONFIG = Path("/etc/ssh/ssh_config")
SYSTEM_KNOWN_HOSTS = ("/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2")
DEFAULT_KEYS = ("id_ed25519", "id_ecdsa", "id_rsa")
_HOST = re.compile(r"[A-Za-z0-9_.:][A-Za-z0-9_.:%-]*")
_USER = re.compile(r"[A-Za-z0-9_.][A-Za-z0-9_.$-]*")
_INCLUDE = re.compile(r"\s*include(?:\s+|\s*=\s*)(.+)", re.IGNORECASE)
_DEEPEST = 16


@dataclass(frozen=True, slots=True)
class Hop:
    """One machine on the way to an engine.

    Attributes:
        said: as the URL or ``ProxyJump`` says it: an alias or a host.
        known_as: its name in ``known_hosts``: with its port, unless that is 22.
        keys: private key files, in order; the defaults if the config names none.
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
    found = _settings(host, home)
    address = found.get("hostname") or host
    number = port or int(found.get("port") or 22)
    alias = found.get("hostkeyalias") or address
    named = [Path(path).expanduser() for path in found.get("identityfile") or ()]
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
        keys=tuple(named) or tuple(home / ".ssh" / name for name in DEFAULT_KEYS),
        only_keys=str(found.get("identitiesonly") or "").lower() == "yes",
        known_hosts=tuple(_at_home(path, home) for path in (*own, *system)),
        jumps=() if jump.lower() == "none" else tuple(part.strip() for part in jump.split(",")),
        proxy_command="" if command.lower() == "none" or jump.lower() != "none" else command,
    )


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


def _settings(host: str, home: Path) -> Mapping[str, str]:
    text = "\n".join(
        line for path in (home / ".ssh" / "config", SYSTEM_CONFIG) for line in _lines(path, path.parent, home, 0)
    )
    try:
        found: Mapping[str, str] = paramiko.SSHConfig.from_text(text).lookup(host)
    except (paramiko.SSHException, ValueError, KeyError, IndexError) as error:
        raise InputError(
            f"the ssh config cannot be read: {error}",
            where=str(home / ".ssh" / "config"),
            hint=f"See what OpenSSH says to it: ssh -G {host}",
        ) from error
    return found


def _lines(path: Path, base: Path, home: Path, depth: int) -> Iterator[str]:
    """The lines of a config, and of what it includes, in their place; a missing file has none."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return
    yield "Host *" if depth == 0 else ""
    for line in lines:
        included = _INCLUDE.fullmatch(line)
        if included is None:
            yield line
            continue
        for pattern in included.group(1).strip().strip('"').split() if depth < _DEEPEST else ():
            for name in sorted(glob.glob(str(base / _at_home(pattern, home)))):
                yield from _lines(Path(name), base, home, depth + 1)


def _at_home(path: str, home: Path) -> Path:
    path = path.strip('"').replace("%d", str(home))
    return home / path[2:] if path.startswith("~/") else Path(path)
