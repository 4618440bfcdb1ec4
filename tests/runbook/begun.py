"""A run of the command line that is still going on: its ledger as it grows, its kernel, and how it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from coopnb.model.ledger import Entry
from coopnb.record.lines import read_ledger
from tests.runbook.headless import Ran
from tests.testbed.processes import children, process_name


class Begun:
    """A headless run in a session of its own, as a terminal gives it one."""

    def __init__(self, workspace: Path, parameters: dict[str, str]) -> None:
        given = [part for name, value in parameters.items() for part in ("-p", f"{name}={value}")]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "coopnb.cli", "run", "deploy-app", *given],
            env={**os.environ, "COOPNB_WORKSPACE": str(workspace), "COOPNB_OPERATOR": "ana@laptop"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert self._process.stdout is not None
        self._first = self._process.stdout.readline()
        self.folder = Ran(0, self._first, "").folder

    def entries(self) -> tuple[Entry, ...]:
        """What the ledger holds by now."""
        found = read_ledger(self.folder)
        return found.entries if found else ()

    def wait_for(self, condition: Callable[[], bool], seconds: float = 60) -> None:
        """Return once it is so; the run must not have ended before."""
        deadline = time.monotonic() + seconds
        while not condition():
            assert self._process.poll() is None, self._process.communicate()
            assert time.monotonic() < deadline, self.entries()
            time.sleep(0.01)

    def wait_for_event(self, event: str) -> None:
        """Return once the ledger holds an event of this kind."""
        self.wait_for(lambda: any(entry.event == event for entry in self.entries()))

    @property
    def kernel(self) -> int:
        """The process id of the kernel."""
        return next(pid for pid in children(self._process.pid) if process_name(pid).startswith("python"))

    def press_ctrl_c(self) -> None:
        """Do what a terminal does: interrupt every process of the foreground group."""
        os.killpg(self._process.pid, signal.SIGINT)

    def end(self, seconds: float = 60) -> Ran:
        """Wait for the end."""
        out, err = self._process.communicate(timeout=seconds)
        return Ran(self._process.returncode, self._first + out, err)

    def close(self) -> None:
        """End it, if it still runs."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.communicate(timeout=20)


@contextmanager
def begun(workspace: Path, **parameters: str) -> Iterator[Begun]:
    """Begin a run, and see that nothing of it is left."""
    run = Begun(workspace, parameters)
    try:
        yield run
    finally:
        run.close()


def alive(pid: int) -> bool:
    """Whether a process is there, and no zombie."""
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
