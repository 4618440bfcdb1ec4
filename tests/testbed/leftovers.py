"""What an engine leaves behind when it ends: nothing, and this is how a test sees it."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.testbed.processes import OWNER

NAMESPACES = ("net", "mnt", "pid", "uts", "ipc", "cgroup")
MARK = re.compile(rf"^{OWNER}=(\d+)$|/coopnb-(\d+)-", re.MULTILINE)
"""What tells whose a process is: its environment, or, of a container, its cgroup."""


@dataclass(frozen=True, slots=True)
class Traces:
    """Everything of this machine that some processes hold.

    Attributes:
        processes: their ids.
        namespaces: those they live in, and this process does not, like ``net:[4026532180]``.
        directory: of the engine.
        owners: the test runs that started the processes.
    """

    processes: frozenset[int]
    namespaces: frozenset[str]
    directory: Path
    owners: frozenset[int]

    def left(self, cgroups: Iterable[str] = (), timeout: float = 10) -> list[str]:
        """Return what is still there, in words, after waiting for it to go; cgroups by a part of their name."""
        deadline = time.monotonic() + timeout
        while (found := list(self._found(tuple(cgroups)))) and time.monotonic() < deadline:
            time.sleep(0.1)
        return found

    def _found(self, cgroups: tuple[str, ...]) -> Iterable[str]:
        living = {int(entry.name) for entry in Path("/proc").glob("[0-9]*")}
        yield from (f"process {pid}" for pid in self.processes & living if Path(f"/proc/{pid}/exe").exists())
        # The kernel gives a namespace's number to the next one: what another test run's engines start may have it.
        yield from self.namespaces & namespaces(pid for pid in living if owner(pid) in {None, *self.owners})
        yield from (
            line for line in Path("/proc/self/mountinfo").read_text().splitlines() if str(self.directory) in line
        )
        yield from (str(path) for part in cgroups for path in Path("/sys/fs/cgroup").glob(f"**/*{part}*"))


def traces(processes: set[int], directory: Path) -> Traces:
    """Note what processes hold."""
    held = frozenset(namespaces(processes) - namespaces({os.getpid()}))
    owners = frozenset(found for pid in processes if (found := owner(pid)) is not None)
    return Traces(frozenset(processes), held, directory, owners)


def owner(pid: int) -> int | None:
    """Return the process id of the test run whose engine or switch a process is part of; None if it is of none."""
    for file in ("environ", "cgroup"):
        try:
            text = Path(f"/proc/{pid}/{file}").read_text(errors="replace").replace("\0", "\n")
        except OSError:
            continue
        if found := MARK.search(text):
            return int(found.group(1) or found.group(2))
    return None


def namespaces(processes: Iterable[int]) -> set[str]:
    """Return the namespaces that processes live in."""
    found = set()
    for pid in processes:
        for kind in NAMESPACES:
            try:
                found.add(os.readlink(f"/proc/{pid}/ns/{kind}"))
            except OSError:
                continue
    return found
