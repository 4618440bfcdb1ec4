"""Processes as /proc shows them, and where the system's own programs lie."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path

SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
OWNER = "TESTBED_OWNER"
"""The environment variable by which everything that a test run starts has the run's process id."""


def children(pid: int) -> list[int]:
    """Return the process ids of a process's children; none if it is gone."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = stat.read_text().rpartition(")")[2].split()[1]
        except OSError:
            continue
        if int(parent) == pid:
            found.append(int(stat.parent.name))
    return found


def family(pid: int) -> set[int]:
    """Return a process and all its descendants."""
    return {pid}.union(*(family(child) for child in children(pid)))


def process_name(pid: int) -> str:
    """Return a process's short name, empty if it is gone."""
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""


def signal_process(pid: int, number: signal.Signals) -> None:
    """Send a signal to a process that may be gone."""
    with suppress(ProcessLookupError):
        os.kill(pid, number)
