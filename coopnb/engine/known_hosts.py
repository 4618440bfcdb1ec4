"""``known_hosts``: whose key a server must have (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT")."""

from __future__ import annotations

import base64
import errno
import fnmatch
import hashlib
import hmac
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import paramiko

_AS_IT_IS = "surrogateescape"
"""Other lines of the file are kept to the byte, whatever they are written in."""


@dataclass(frozen=True, slots=True)
class KnownKey:
    """One line that is about a host.

    Attributes:
        kind: ``ssh-ed25519``, as it stands there.
        key: in base64.
        alone: whether the line is about this host only, so that it can be taken out for it.
    """

    path: Path
    line: int
    kind: str
    key: str
    revoked: bool = False
    alone: bool = True

    @property
    def where(self) -> str:
        """File and line."""
        return f"{self.path}:{self.line}"


@dataclass(frozen=True, slots=True)
class HostKey:
    """The key that a server showed, and what is known of it.

    Attributes:
        name: the server's name in ``known_hosts``.
        file: where it is written to when it is trusted.
        standing: ``known``; ``unknown``; ``changed``, when another key is known; ``revoked``.
        others: the lines that say otherwise.
        authority: the line of an authority that may vouch for this host, which is not looked at here.
    """

    name: str
    kind: str
    key: str
    file: Path
    standing: Literal["known", "unknown", "changed", "revoked"]
    others: tuple[KnownKey, ...] = ()
    authority: str = ""

    @property
    def fingerprint(self) -> str:
        """As OpenSSH shows it: ``SHA256:...``."""
        digest = hashlib.sha256(base64.b64decode(self.key)).digest()
        return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")


def known_keys(name: str, files: Iterable[Path]) -> tuple[KnownKey, ...]:
    """All lines about a host; certificates of authorities are not among them."""
    return tuple(entry for path in files for entry in _read(path, name, ("", "@revoked")))


def without_port(name: str) -> str:
    """A host's name without its port: ``[node1.example.org]:2222`` is ``node1.example.org``."""
    return name[1:].rpartition("]:")[0] if name.startswith("[") else name


def judge(name: str, shown: paramiko.PKey, files: tuple[Path, ...]) -> HostKey:
    """What is known of the key that a server showed.

    One that is not known at its port may be known by its name alone, as OpenSSH takes it; another key under that name
    is another server's.
    """
    kind, key = shown.get_name(), shown.get_base64()
    known = known_keys(name, files)
    if all(entry.revoked for entry in known):
        plain = known_keys(without_port(name), files)
        known = (*known, *(entry for entry in plain if (entry.kind, entry.key) == (kind, key)))
    same = [entry for entry in known if (entry.kind, entry.key) == (kind, key)]
    revoked = tuple(entry for entry in same if entry.revoked)
    others = tuple(entry for entry in known if not entry.revoked)
    if revoked:
        return HostKey(name, kind, key, files[0], "revoked", revoked)
    if same:
        return HostKey(name, kind, key, files[0], "known")
    authority = next((entry.where for path in files for entry in _read(path, name, ("@cert-authority",))), "")
    return HostKey(name, kind, key, files[0], "changed" if others else "unknown", others, authority)


def trust(seen: HostKey) -> None:
    """Write a server's key down, and take out this file's lines that say otherwise; a copy of it stays as ``.old``.

    Raises:
        OSError: the file cannot be written, or is none, as where ``UserKnownHostsFile`` is ``/dev/null``.
    """
    if seen.file.exists() and not seen.file.is_file():
        raise OSError(errno.EINVAL, "it is no file that keeps anything; see UserKnownHostsFile in the ssh config")
    seen.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    before = seen.file.read_text(encoding="utf-8", errors=_AS_IT_IS) if seen.file.exists() else ""
    gone = {entry.line for entry in seen.others if entry.path == seen.file and entry.alone}
    lines = [line for at, line in enumerate(before.splitlines(), start=1) if at not in gone]
    if gone:
        _write(seen.file.with_name(f"{seen.file.name}.old"), before)
    _write(seen.file, "".join(f"{line}\n" for line in (*lines, f"{seen.name} {seen.kind} {seen.key}")))


def _write(path: Path, text: str) -> None:
    """Replace a file as a whole: a reader sees the old one or the new one."""
    target = path.resolve()
    fresh = target.with_name(f".{target.name}.coopnb")
    with open(
        os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8", errors=_AS_IT_IS
    ) as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(target)


def _read(path: Path, name: str, markers: tuple[str, ...]) -> Iterator[KnownKey]:
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return
    for at, line in enumerate(lines, start=1):
        fields = line.split()
        marker = fields.pop(0) if fields and fields[0].startswith("@") else ""
        if len(fields) < 3 or fields[0].startswith("#") or marker not in markers:
            continue
        if _about(fields[0], name):
            yield KnownKey(path, at, fields[1], fields[2], marker == "@revoked", "," not in fields[0])


def _about(patterns: str, name: str) -> bool:
    """Whether the first field of a line means a host: names, patterns, what they exclude, or one hashed name."""
    if patterns.startswith("|1|"):
        salt, _, digest = patterns[3:].partition("|")
        try:
            made = hmac.new(base64.b64decode(salt), name.encode(), hashlib.sha1).digest()
            return hmac.compare_digest(made, base64.b64decode(digest))
        except ValueError:
            return False
    fitting = [pattern for pattern in patterns.split(",") if _fits(pattern.removeprefix("!"), name)]
    return bool(fitting) and not any(pattern.startswith("!") for pattern in fitting)


def _fits(pattern: str, name: str) -> bool:
    # In known_hosts brackets stand around a host with a port, and are no pattern.
    return fnmatch.fnmatchcase(name.lower(), pattern.lower().replace("[", "[[]"))
