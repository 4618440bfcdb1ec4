"""The directory of a practice process (mode 0700), and who lives in it.

It holds the sockets (0600): ``engine.sock`` of the manager, ``control.sock``, ``nodes/<hostname>.sock`` of
the other engines; ``process.json`` (who serves where), ``process.lock`` (held while the process lives, so a
left-over file misleads nobody), ``start.lock`` (so that two starts end with one process) and
``process.log``. When its path is too long for unix sockets, these lie in a private temporary directory.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import socket as sockets
import stat
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

SOCKET, CONTROL, ENGINES = "engine.sock", "control.sock", "nodes"
RECORD, LOCK, START_LOCK, LOG = "process.json", "process.lock", "start.lock", "process.log"

_LONGEST_SOCKET_PATH = 107
_TEMPORARY = "coopnb-practice-"


@dataclass(frozen=True, slots=True)
class Sockets:
    """Where a practice process listens: the manager's engine, the control, the other engines by hostname."""

    engine: Path
    control: Path
    engines: dict[str, Path]

    def all(self) -> tuple[Path, ...]:
        """Every one of them."""
        return (self.engine, self.control, *self.engines.values())


@dataclass(frozen=True, slots=True)
class PracticeProcess:
    """A running practice swarm.

    Attributes:
        socket: the manager's engine.
        control: the socket of :class:`coopnb.practice.remote.Remote`.
    """

    socket: Path
    pid: int
    log: Path
    control: Path


def private_directory(directory: Path) -> Path:
    """The home, made if it is missing, for its owner alone."""
    directory = Path(os.path.abspath(directory))
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    directory.chmod(0o700)
    return directory


def place_sockets(directory: Path, hostnames: Iterable[str], engine: Path | None) -> Sockets:
    """Choose where the sockets of a process lie, and make the directories for them.

    Args:
        directory: its home.
        hostnames: of the engines beside the manager's.
        engine: where the manager's engine is wanted; None for a place with the others.
    """
    names = {hostname: f"{ENGINES}/{quote(hostname, safe='')}.sock" for hostname in hostnames}
    longest = max(len(os.fsencode(directory / name)) for name in (CONTROL, *names.values()))
    place = directory if longest <= _LONGEST_SOCKET_PATH else Path(tempfile.mkdtemp(prefix=_TEMPORARY))
    (place / ENGINES).mkdir(mode=0o700, exist_ok=True)
    engines = {hostname: place / name for hostname, name in names.items()}
    return Sockets(engine or place / SOCKET, place / CONTROL, engines)


def hold(path: Path) -> int | None:
    """Take a lock for the life of this process; None when another one holds it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def is_held(path: Path) -> bool:
    """Whether a process holds a lock: the kernel drops it with the process, however that ended."""
    if not path.exists():
        return False
    descriptor = hold(path)
    if descriptor is None:
        return True
    os.close(descriptor)
    return False


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock for a while, after waiting for it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def listens(path: Path) -> bool:
    """Whether somebody accepts connections on a unix socket."""
    with sockets.socket(sockets.AF_UNIX, sockets.SOCK_STREAM) as probe:
        probe.settimeout(2.0)
        try:
            probe.connect(str(path))
        except OSError:
            return False
        return True


def write_record(directory: Path, places: Sockets) -> None:
    """Note who serves, and where."""
    record = {
        "pid": os.getpid(),
        "socket": str(places.engine),
        "control": str(places.control),
        "engines": {hostname: str(path) for hostname, path in places.engines.items()},
    }
    fresh = directory / f"{RECORD}.{os.getpid()}"
    fresh.write_text(json.dumps(record) + "\n", encoding="utf-8")
    fresh.replace(directory / RECORD)


def read_record(directory: Path) -> tuple[PracticeProcess, Sockets] | None:
    """Who serves, and where, as it was noted; whether that is still so is another question."""
    try:
        record = json.loads((directory / RECORD).read_text(encoding="utf-8"))
        engines = {str(hostname): Path(path) for hostname, path in record["engines"].items()}
        places = Sockets(Path(record["socket"]), Path(record["control"]), engines)
        return PracticeProcess(places.engine, int(record["pid"]), directory / LOG, places.control), places
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def clear(directory: Path, places: Sockets) -> None:
    """Remove what a process has left that could not do so itself."""
    for path in places.all():
        remove_socket(path)
    forget(directory, places)


def remove_socket(path: Path) -> None:
    """Remove a socket; what is no socket stays."""
    with contextlib.suppress(OSError):
        if stat.S_ISSOCK(os.lstat(path).st_mode):
            path.unlink()


def forget(directory: Path, places: Sockets) -> None:
    """Remove the record, and the directories that were made for sockets."""
    (directory / RECORD).unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        (places.control.parent / ENGINES).rmdir()
    if places.control.parent != directory and places.control.parent.name.startswith(_TEMPORARY):
        with contextlib.suppress(OSError):
            places.control.parent.rmdir()
