"""Starts, finds and stops the practice process of a directory.

The process is detached: it outlives whoever started it. Its directory (mode 0700) holds the socket (0600),
``process.json`` (who serves where), ``process.lock`` (held while it lives, so a left-over file misleads
nobody), ``start.lock`` (so that two starts end with one process) and ``process.log``.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import select
import signal
import socket as sockets
import stat
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SOCKET_NAME = "engine.sock"
RECORD, LOCK, START_LOCK, LOG = "process.json", "process.lock", "start.lock", "process.log"

_LONGEST_SOCKET_PATH = 107
_TEMPORARY = "coopnb-practice-"
_POLL = 0.02
_ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH", "SYSTEMROOT")


class PracticeError(RuntimeError):
    """The practice process could not be started or stopped; the message says why and where its log is."""


@dataclass(frozen=True, slots=True)
class PracticeProcess:
    """A running practice swarm."""

    socket: Path
    pid: int
    log: Path


def start(
    directory: Path,
    *,
    clock: str = "real",
    speed: float = 1.0,
    world: Path | None = None,
    seed: int | None = None,
    socket: Path | None = None,
    timeout: float = 10.0,
) -> PracticeProcess:
    """Start the practice swarm of a directory, or return the one that runs there already, as it is.

    Args:
        directory: its home; made with mode 0700 when it is missing.
        clock: ``real`` or ``auto``.
        speed: how many times as fast as the machine's clock a real clock goes.
        world: a world file; None for the default world.
        seed: replaces the world's seed.
        socket: where to listen; None for a place in the directory (or, when that path is too long for a
            unix socket, in a private temporary directory).
        timeout: seconds to wait until it answers.

    Raises:
        PracticeError: it did not come up.
    """
    directory = _private_directory(directory)
    with _locked(directory / START_LOCK):
        found = running(directory)
        if found is not None:
            return found
        _forget_dead(directory)
        own = socket is None
        path = Path(os.path.abspath(socket)) if socket is not None else _socket_path(directory)
        arguments = ["serve", "--socket", str(path), "--directory", str(directory), "--clock", clock]
        arguments += ["--speed", str(speed)] if speed != 1.0 else []
        arguments += ["--world", os.path.abspath(world)] if world is not None else []
        arguments += ["--seed", str(seed)] if seed is not None else []
        try:
            _spawn(arguments, directory / LOG, timeout)
        except PracticeError:
            if own and path.parent != directory:
                with contextlib.suppress(OSError):
                    path.parent.rmdir()
            raise
        found = running(directory)
        if found is None:
            raise PracticeError(f"the practice swarm ended as soon as it had started; see {directory / LOG}")
        return found


def running(directory: Path) -> PracticeProcess | None:
    """The practice process of a directory if it is alive and listening, else None."""
    record = _read_record(directory)
    if record is None or not _is_held(directory / LOCK) or not _listens(record.socket):
        return None
    return record


def stop(directory: Path, timeout: float = 5.0) -> bool:
    """End the practice process of a directory; whether there was one.

    It is asked (SIGTERM), and after ``timeout`` seconds killed.

    Raises:
        PracticeError: it is still there.
    """
    if not directory.is_dir():
        return False
    with _locked(directory / START_LOCK):
        record = _read_record(directory)
        if record is None or not _is_held(directory / LOCK):
            return False
        for ask in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.kill(record.pid, ask)
            if _wait_free(directory / LOCK, timeout if ask == signal.SIGTERM else 2.0):
                _reap(record.pid)
                _clean_up(directory, record)
                return True
    raise PracticeError(f"the practice process {record.pid} of {directory} does not end")


def hold(path: Path) -> int | None:
    """Take a lock for the life of this process; None when another one holds it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def write_record(directory: Path, socket: Path) -> None:
    """Note who serves, and where."""
    fresh = directory / f"{RECORD}.{os.getpid()}"
    fresh.write_text(json.dumps({"pid": os.getpid(), "socket": str(socket)}) + "\n", encoding="utf-8")
    fresh.replace(directory / RECORD)


def forget_record(directory: Path, socket: Path) -> None:
    """Remove the record, and the temporary directory of a socket whose path was too long for the home."""
    (directory / RECORD).unlink(missing_ok=True)
    if socket.parent != directory and socket.name == SOCKET_NAME and socket.parent.name.startswith(_TEMPORARY):
        with contextlib.suppress(OSError):
            socket.parent.rmdir()


def _spawn(arguments: list[str], log: Path, timeout: float) -> None:
    """Start the process in a session of its own and wait until it says that it listens."""
    package_root = str(Path(__file__).resolve().parents[2])
    environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    environment["PYTHONPATH"] = package_root
    ready, tell = os.pipe()
    os.set_inheritable(tell, True)
    command = [sys.executable, "-P", "-m", "coopnb.practice", *arguments, "--ready-fd", str(tell)]
    log_flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    files = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, str(log), log_flags, 0o600),
        (os.POSIX_SPAWN_DUP2, 1, 2),
    ]
    try:
        pid = os.posix_spawn(sys.executable, command, environment, file_actions=files, setsid=True)
    finally:
        os.close(tell)
    try:
        if not select.select([ready], [], [], timeout)[0]:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            raise PracticeError(f"the practice swarm did not come up within {timeout:g} s; see {log}")
        if os.read(ready, 16) != b"ready\n":
            os.waitpid(pid, 0)
            raise PracticeError(f"the practice swarm did not come up: {_last_line(log)} (see {log})")
    finally:
        os.close(ready)


def _private_directory(directory: Path) -> Path:
    directory = Path(os.path.abspath(directory))
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    directory.chmod(0o700)
    return directory


def _socket_path(directory: Path) -> Path:
    path = directory / SOCKET_NAME
    if len(os.fsencode(path)) <= _LONGEST_SOCKET_PATH:
        return path
    return Path(tempfile.mkdtemp(prefix=_TEMPORARY)) / SOCKET_NAME


def _read_record(directory: Path) -> PracticeProcess | None:
    try:
        record = json.loads((directory / RECORD).read_text(encoding="utf-8"))
        return PracticeProcess(Path(record["socket"]), int(record["pid"]), directory / LOG)
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _is_held(path: Path) -> bool:
    """Whether a process holds a lock: the kernel drops it with the process, however that ended."""
    if not path.exists():
        return False
    descriptor = hold(path)
    if descriptor is None:
        return True
    os.close(descriptor)
    return False


def _listens(path: Path) -> bool:
    with sockets.socket(sockets.AF_UNIX, sockets.SOCK_STREAM) as probe:
        probe.settimeout(2.0)
        try:
            probe.connect(str(path))
        except OSError:
            return False
        return True


def _wait_free(path: Path, timeout: float) -> bool:
    deadline = time.monotonic() + timeout
    while _is_held(path):
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL)
    return True


def _reap(pid: int) -> None:
    """Take the exit status if the process was ours, so that no zombie stays."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, 0)


def _forget_dead(directory: Path) -> None:
    """Clear away what a process left that was killed."""
    record = _read_record(directory)
    if record is not None and not _is_held(directory / LOCK):
        with contextlib.suppress(ChildProcessError):
            os.waitpid(record.pid, os.WNOHANG)
        _clean_up(directory, record)


def _clean_up(directory: Path, record: PracticeProcess) -> None:
    """Remove what a killed process left."""
    with contextlib.suppress(OSError):
        if stat.S_ISSOCK(os.lstat(record.socket).st_mode):
            record.socket.unlink()
    forget_record(directory, record.socket)


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _last_line(log: Path) -> str:
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    except OSError:
        return "it left no log"
    return lines[-1] if lines else "its log is empty"
