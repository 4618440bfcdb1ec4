"""Starts, finds and stops the practice process of a directory.

The process is detached: it outlives whoever started it. What lies in its directory is told in
:mod:`coopnb.practice.home`.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import time
from pathlib import Path

from coopnb.practice.home import (
    LOCK,
    LOG,
    START_LOCK,
    PracticeProcess,
    clear,
    is_held,
    listens,
    locked,
    private_directory,
    read_record,
)

__all__ = ["PracticeError", "PracticeProcess", "PracticeRefused", "running", "start", "stop"]

_POLL = 0.02
_PATIENCE, _PATIENCE_WITH_STATE = 10.0, 600.0
_WRONG_INPUT = 2
_ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH", "SYSTEMROOT")


class PracticeError(RuntimeError):
    """The practice process could not be started or stopped; the message says why and where its log is."""


class PracticeRefused(PracticeError):
    """What was given cannot be used: a world, a state, an address."""


def start(
    directory: Path,
    *,
    clock: str = "",
    speed: float = 0.0,
    world: Path | None = None,
    nodes: int | None = None,
    seed: int | None = None,
    socket: Path | None = None,
    tcp: str = "",
    state: Path | None = None,
    life: int | None = None,
    timeout: float = 0.0,
) -> PracticeProcess:
    """Start the practice swarm of a directory, or return the one that runs there already, as it is.

    Args:
        directory: its home; made with mode 0700 when it is missing.
        clock: ``real``, ``auto`` or ``stepped``; empty for that of the state, or a real one.
        speed: how many times as fast as the machine's clock a real clock goes; 0 for that of the state, or 1.
        world: a world file; None for the default world.
        nodes: how many nodes it has instead of the world's.
        seed: replaces the world's seed.
        socket: where to listen; None for a place in the directory (or, when that path is too long for a
            unix socket, in a private temporary directory).
        tcp: a loopback address to listen on beside, as ``127.0.0.1:2375``.
        state: a file that it begins with when it is there, and is kept in.
        life: the reading end of a pipe; the process ends when nobody holds the other end any more, however
            its holder ended. Without it the process lives until it is stopped.
        timeout: seconds to wait until it answers; 0 for ten, or for ten minutes when it begins with a state,
            because all that has happened there happens again.

    Raises:
        PracticeRefused: what was given cannot be used.
        PracticeError: it did not come up.
    """
    directory = private_directory(directory)
    with locked(directory / START_LOCK):
        found = running(directory)
        if found is not None:
            return found
        _forget_dead(directory)
        options = {
            "--directory": directory,
            "--clock": clock or None,
            "--speed": speed or None,
            "--socket": None if socket is None else os.path.abspath(socket),
            "--world": None if world is None else os.path.abspath(world),
            "--nodes": nodes,
            "--seed": seed,
            "--tcp": tcp or None,
            "--state": None if state is None else os.path.abspath(state),
        }
        given = [word for name, value in options.items() if value is not None for word in (name, str(value))]
        patience = timeout or (_PATIENCE if state is None else _PATIENCE_WITH_STATE)
        _spawn(["serve", *given], directory / LOG, patience, life)
        found = running(directory)
        if found is None:
            raise PracticeError(f"the practice swarm ended as soon as it had started; see {directory / LOG}")
        return found


def running(directory: Path) -> PracticeProcess | None:
    """The practice process of a directory if it is alive and listening, else None.

    Its control socket is asked: an engine may be down on purpose.
    """
    record = read_record(directory)
    if record is None or not is_held(directory / LOCK) or not listens(record[0].control):
        return None
    return record[0]


def stop(directory: Path, timeout: float = 5.0) -> bool:
    """End the practice process of a directory; whether there was one.

    It is asked (SIGTERM), and after ``timeout`` seconds killed.

    Raises:
        PracticeError: it is still there.
    """
    if not directory.is_dir():
        return False
    with locked(directory / START_LOCK):
        record = read_record(directory)
        if record is None or not is_held(directory / LOCK):
            return False
        found, places = record
        for ask in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.kill(found.pid, ask)
            if _wait_free(directory / LOCK, timeout if ask == signal.SIGTERM else 2.0):
                _reap(found.pid)
                clear(directory, places)
                return True
    raise PracticeError(f"the practice process {found.pid} of {directory} does not end")


def _spawn(arguments: list[str], log: Path, timeout: float, life: int | None) -> None:
    """Start the process in a session of its own and wait until it says that it listens."""
    package_root = str(Path(__file__).resolve().parents[2])
    environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    environment["PYTHONPATH"] = package_root
    ready, tell = os.pipe()
    os.set_inheritable(tell, True)
    if life is not None:
        os.set_inheritable(life, True)
        arguments = [*arguments, "--life-fd", str(life)]
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
            _, status = os.waitpid(pid, 0)
            if os.waitstatus_to_exitcode(status) == _WRONG_INPUT:
                raise PracticeRefused(_last_line(log).removeprefix("practice: "))
            raise PracticeError(f"the practice swarm did not come up: {_last_line(log)} (see {log})")
    finally:
        os.close(ready)


def _wait_free(path: Path, timeout: float) -> bool:
    deadline = time.monotonic() + timeout
    while is_held(path):
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
    record = read_record(directory)
    if record is not None and not is_held(directory / LOCK):
        with contextlib.suppress(ChildProcessError):
            os.waitpid(record[0].pid, os.WNOHANG)
        clear(directory, record[1])


def _last_line(log: Path) -> str:
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    except OSError:
        return "it left no log"
    return lines[-1] if lines else "its log is empty"
