"""A client that asks an app without pause from the app's own overlay network, and counts what failed."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.testbed.engine import RealEngine
from tests.testbed.nodes import await_that
from tests.testbed.processes import SYSTEM_PATH

CLIENT = Path(__file__).parent / "asking_client.py"


@dataclass(slots=True)
class Asked:
    """What became of the requests; complete when the client has ended.

    Attributes:
        answered: requests that were answered with 200.
        failed: what happened to the others, each with the second it began in.
        by: how many each address answered.
        slowest: seconds that the slowest took.
    """

    answered: int = 0
    failed: list[str] = field(default_factory=list)
    by: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0

    @property
    def all(self) -> int:
        """How many requests there were."""
        return self.answered + len(self.failed)

    def __str__(self) -> str:
        words = f"{self.all} requests, {len(self.failed)} failed, answered by {len(self.by)} tasks"
        kinds = Counter(line.partition(" ")[2] for line in self.failed)
        return "\n".join([f"{words}, slowest {self.slowest:.2f} s", *(f"  {n} x {kind}" for kind, n in kinds.items())])

    def read(self, lines: list[str]) -> None:
        """Take in what the client has printed."""
        for line in lines:
            begin, took, said = line.split(" ", 2)
            self.slowest = max(self.slowest, float(took))
            if said.startswith("200 "):
                self.answered += 1
                self.by[said.removeprefix("200 ")] += 1
            else:
                self.failed.append(f"{begin} {said}")


@contextmanager
def asking(engine: RealEngine, name: str, host: str, path: str = "/", network: str = "proxy") -> Iterator[Asked]:
    """Ask ``http://name/path`` without pause from a container's place on an overlay network, until the block ends.

    Args:
        engine: where the container runs; another node's tasks are reached as well.
        name: of the service, which the network's resolver knows.
        host: what the requests say they want.

    Raises:
        TimeoutError: the first requests were not answered, so that there is nothing to watch.
    """
    container = f"asking-{uuid.uuid4().hex[:8]}"
    engine.docker("run", "--detach", "--name", container, "--network", network, "busybox:1.36", "sleep", "1000")
    asked = Asked()
    try:
        pid = process_of(engine.docker("inspect", container, "--format", "{{.Id}}").stdout.strip())
        with tempfile.TemporaryFile("w+") as output:
            command = ["setpriv", "--pdeathsig", "KILL", "nsenter", f"--net=/proc/{pid}/ns/net"]
            command += [sys.executable, "-I", "-S", str(CLIENT), name, host, path]
            client = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                env={"PATH": SYSTEM_PATH},
                start_new_session=True,
            )
            try:
                await_that(lambda: " 200 " in reread(output.fileno()), f"an answer of {name}", 20)
                yield asked
            finally:
                client.terminate()
                client.wait(10)
                asked.read(reread(output.fileno()).splitlines())
    finally:
        engine.docker("rm", "--force", container)


def reread(descriptor: int) -> str:
    """Read a file from its beginning, wherever its writer stands."""
    return Path(f"/proc/self/fd/{descriptor}").read_text(encoding="utf-8", errors="replace")


def process_of(container: str) -> int:
    """Return the id that a container's process has here, whatever its engine calls it: its cgroup is named after it."""
    for cgroup in Path("/proc").glob("[0-9]*/cgroup"):
        with suppress(OSError):
            if container in cgroup.read_text():
                return int(cgroup.parent.name)
    raise ProcessLookupError(f"no process of container {container}")
