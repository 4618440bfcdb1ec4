"""A real dockerd in namespaces of its own: a swarm of one node that nobody else sees, and that goes away whole."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.testbed.cli import docker_cli
from tests.testbed.machine import Machine
from tests.testbed.processes import SYSTEM_PATH


@dataclass(frozen=True, slots=True)
class Version:
    """What an engine says of itself: its version, the newest Engine API it speaks, and the oldest."""

    engine: str
    api: tuple[int, int]
    oldest: tuple[int, int]


@dataclass(frozen=True, slots=True)
class RealEngine:
    """A running engine. That of a fixture is a swarm of one manager, with the overlay network ``proxy``.

    Attributes:
        directory: holds all that is the engine's; removed with it.
        socket: its unix socket, reached from outside as usual.
        pid: dockerd's process id.
        netns: its network namespace, as ``nsenter --net=`` takes it.
    """

    directory: Path
    socket: Path
    pid: int
    netns: Path

    @property
    def url(self) -> str:
        """The engine's address: ``unix:///...``."""
        return f"unix://{self.socket}"

    def version(self) -> Version:
        """Ask for the engine's version, which is never assumed: a suite of Debian's may move on."""
        said = json.loads(self.docker("version", "--format", "{{json .Server}}").stdout)
        return Version(said["Version"], numbers(said["ApiVersion"]), numbers(said["MinAPIVersion"]))

    def docker(
        self,
        *arguments: str | Path,
        env: Mapping[str, str] | None = None,
        stdin: str | None = None,
        cwd: Path | None = None,
        check: bool = True,
        timeout: float = 120,
    ) -> subprocess.CompletedProcess[str]:
        """Run the docker CLI (28 or newer) on this engine, with no settings but ``env``.

        Raises CalledProcessError, noting the CLI's own words, when it fails and ``check`` is set.
        """
        done = subprocess.run(
            [docker_cli(), *arguments],
            env={
                "PATH": SYSTEM_PATH,
                "HOME": str(self.directory),
                "DOCKER_CONFIG": str(self.directory / "cli"),
                "DOCKER_HOST": self.url,
                **(env or {}),
            },
            input=stdin,
            cwd=cwd,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        if check and done.returncode:
            failure = subprocess.CalledProcessError(done.returncode, done.args, done.stdout, done.stderr)
            failure.add_note(done.stderr.strip())
            raise failure
        return done

    def http(self, port: int, path: str = "/", timeout: float = 10) -> tuple[int, bytes]:
        """Ask a ``mode: host`` port from inside the engine's network: HTTP status and body, redirects not followed.

        Asks again while nobody answers. Raises TimeoutError if that is so for ``timeout`` seconds.
        """
        url = f"http://127.0.0.1:{port}{path}"
        deadline = time.monotonic() + timeout
        while True:
            left = max(deadline - time.monotonic(), 0.1)
            done = subprocess.run(
                ["nsenter", f"--net={self.netns}", "curl", "-sS", "-m", f"{left:.1f}", "-w", r"\n%{http_code}", url],
                capture_output=True,
                timeout=left + 10,
                check=False,
            )
            if done.returncode == 0:
                body, _, status = done.stdout.rpartition(b"\n")
                return int(status), body
            if time.monotonic() >= deadline:
                raise TimeoutError(f"{url} did not answer within {timeout:g} s: {done.stderr.decode().strip()}")
            time.sleep(0.2)


@contextmanager
def dockerd(
    directory: Path, *, name: str = "node1", tree: Path | None = None, flags: tuple[str, ...] = (), timeout: float = 60
) -> Iterator[RealEngine]:
    """Start an engine in ``directory`` (new or empty), make it a swarm, and take all of it away at the end.

    Args:
        name: the node's host name.
        tree: the root of a Debian whose dockerd is to run (``tests/testbed/trees.py``); None for the machine's own.
        flags: further flags of dockerd.
        timeout: seconds the engine may take to answer.

    Raises:
        RuntimeError: the engine does not start; the message ends with its last log lines.
    """
    machine = Machine(directory, name, tree, flags=flags)
    machine.prepare()
    try:
        machine.start()
        engine = await_engine(machine, timeout)
        engine.docker("swarm", "init", "--advertise-addr", "127.0.0.1")
        engine.docker("network", "create", "--driver", "overlay", "--attachable", "proxy")
        yield engine
    finally:
        machine.stop()
        shutil.rmtree(directory)


def await_engine(machine: Machine, timeout: float = 60) -> RealEngine:
    """Return the engine of a machine that was started, when it answers. Raises RuntimeError with its last log lines."""
    deadline = time.monotonic() + timeout
    pid = machine.await_dockerd(timeout)
    engine = RealEngine(machine.directory, machine.socket, pid, Path(f"/proc/{pid}/ns/net"))
    while time.monotonic() < deadline and machine.running:
        if engine.socket.is_socket() and engine.docker("info", check=False).returncode == 0:
            return engine
        time.sleep(0.1)
    raise RuntimeError(f"dockerd does not answer on {engine.socket}\n{machine.last_lines()}")


def numbers(version: str) -> tuple[int, int]:
    """Return an API version as something to compare: ``1.41`` is (1, 41)."""
    major, _, minor = version.partition(".")
    return int(major), int(minor)
