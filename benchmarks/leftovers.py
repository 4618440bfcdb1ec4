"""What a run leaves behind on the machine: everything that names the folder it happened in."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Leftovers:
    """What there is of a folder, each in words."""

    processes: tuple[str, ...]
    sockets: tuple[str, ...]
    mounts: tuple[str, ...]
    namespaces: tuple[str, ...]
    threads: tuple[str, ...]
    files: tuple[str, ...]

    @property
    def total(self) -> int:
        """How many things there are."""
        return sum(len(found) for found in self._all().values())

    def __str__(self) -> str:
        counts = ", ".join(f"{len(found)} {kind}" for kind, found in self._all().items())
        return "\n".join([counts, *(f"    {item}" for found in self._all().values() for item in found)])

    def _all(self) -> dict[str, tuple[str, ...]]:
        return {name: getattr(self, name) for name in self.__slots__}


def leftovers(folder: Path) -> Leftovers:
    """Look for what still belongs to a folder, which everything was told to use as its place for temporary things.

    A process belongs to it whose command line, working directory, root, environment or open files name it; its
    namespaces are those that differ from this process's own. Threads are those of this process.
    """
    name = str(folder)
    processes = [pid for pid in _pids() if pid != os.getpid() and _names(pid, name)]
    return Leftovers(
        processes=tuple(f"{pid} {_command(pid)}" for pid in processes),
        sockets=tuple(line for line in _lines(Path("/proc/net/unix")) if name in line),
        mounts=tuple(line for line in _lines(Path("/proc/self/mountinfo")) if name in line),
        namespaces=tuple(sorted({space for pid in processes for space in _spaces(pid) - _spaces(os.getpid())})),
        threads=tuple(thread.name for thread in threading.enumerate() if thread is not threading.main_thread()),
        files=tuple(sorted(str(path.relative_to(folder)) for path in folder.iterdir())),
    )


def open_files() -> int:
    """How many files, sockets and pipes this process has open."""
    return len(os.listdir("/proc/self/fd"))


def resident(pid: int) -> int:
    """The memory of a process that is in RAM, in KiB."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:"))


def _pids() -> Iterator[int]:
    return (int(entry) for entry in os.listdir("/proc") if entry.isdigit())


def _names(pid: int, name: str) -> bool:
    process = Path(f"/proc/{pid}")
    try:
        texts = [(process / part).read_bytes() for part in ("cmdline", "environ")]
        links = [process / "cwd", process / "root", *(process / "fd").iterdir()]
        return any(name.encode() in text for text in texts) or any(name in os.readlink(link) for link in links)
    except OSError:
        return False


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        return "(gone)"


def _spaces(pid: int) -> set[str]:
    try:
        return {os.readlink(link) for link in Path(f"/proc/{pid}/ns").iterdir()}
    except OSError:
        return set()


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8", errors="replace").splitlines()
