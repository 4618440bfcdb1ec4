"""A real dockerd in namespaces of its own: a swarm of one node that nobody else sees, and that goes away whole."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.testbed.cli import docker_cli

BOOT = Path(__file__).parent / "boot.sh"
NO_SUCH_NAME = Path(__file__).parent / "no_such_name.py"
RESOLVER = "10.97.0.53"
LONGEST_SOCKET_PATH = 107
SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True, slots=True)
class RealEngine:
    """A running engine: a swarm of one manager, with the overlay network ``proxy``.

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
def dockerd(directory: Path, *, name: str = "node1", timeout: float = 60) -> Iterator[RealEngine]:
    """Start an engine in ``directory`` (new or empty), make it a swarm, and take all of it away at the end.

    The engine's processes form a process namespace whose first process dies with the thread that came here, so that
    even a killed test run leaves no process, mount or network behind, only the directory.

    Args:
        name: the node's host name.
        timeout: seconds the engine may take to answer.

    Raises:
        RuntimeError: the engine does not start; the message ends with its last log lines.
    """
    socket = directory / "engine.sock"
    if len(str(socket)) > LONGEST_SOCKET_PATH:
        raise ValueError(f"a unix socket's path has at most {LONGEST_SOCKET_PATH} characters: {socket}")
    cgroup = f"/coopnb-{name}-{secrets.token_hex(4)}"
    prepare(directory)
    outer = boot(directory, name, cgroup)
    pid = 0
    try:
        pid = await_dockerd(outer, directory, timeout)
        engine = RealEngine(directory, socket, pid, Path(f"/proc/{pid}/ns/net"))
        await_answer(engine, outer, timeout)
        engine.docker("swarm", "init", "--advertise-addr", "127.0.0.1")
        engine.docker("network", "create", "--driver", "overlay", "--attachable", "proxy")
        yield engine
    finally:
        stop(outer, pid)
        remove_cgroups(cgroup)
        shutil.rmtree(directory)


def prepare(directory: Path) -> None:
    """Make the folders and settings of an engine."""
    directory.mkdir(parents=True, exist_ok=True)
    if any(directory.iterdir()):
        raise ValueError(f"an engine wants a directory of its own, and this one is not empty: {directory}")
    for folder in ("data", "exec", "cli"):
        (directory / folder).mkdir()
    (directory / "resolv.conf").write_text("nameserver 127.0.0.1\n", encoding="utf-8")
    (directory / "daemon.json").write_text(json.dumps({"dns": [RESOLVER]}), encoding="utf-8")


def boot(directory: Path, name: str, cgroup: str) -> subprocess.Popen[bytes]:
    """Start the namespaces with dockerd in them; the process returned is their outermost one."""
    command = ["setpriv", "--pdeathsig", "KILL"]
    command += ["unshare", "--net", "--uts", "--mount", "--propagation", "private"]
    command += ["--pid", "--fork", "--kill-child", "--mount-proc", "--", "/bin/sh", str(BOOT)]
    with (directory / "engine.log").open("wb") as log:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env={
                "PATH": SYSTEM_PATH,
                "ENGINE_DIRECTORY": str(directory),
                "ENGINE_NAME": name,
                "ENGINE_CGROUP": cgroup,
                "RESOLVER": RESOLVER,
                "PYTHON": sys.executable,
                "NO_SUCH_NAME": str(NO_SUCH_NAME),
                "DOCKERD": shutil.which("dockerd", path=SYSTEM_PATH) or "dockerd",
            },
        )


def await_dockerd(outer: subprocess.Popen[bytes], directory: Path, timeout: float) -> int:
    """Return dockerd's process id: the child of the child of the outermost process."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline and outer.poll() is None:
        for first in children(outer.pid):
            for second in children(first):
                if process_name(second) == "dockerd":
                    return second
        time.sleep(0.05)
    raise RuntimeError(f"dockerd did not start\n{last_lines(directory)}")


def await_answer(engine: RealEngine, outer: subprocess.Popen[bytes], timeout: float) -> None:
    """Return when the engine answers."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline and outer.poll() is None:
        if engine.socket.is_socket() and engine.docker("info", check=False).returncode == 0:
            return
        time.sleep(0.1)
    raise RuntimeError(f"dockerd does not answer on {engine.socket}\n{last_lines(engine.directory)}")


def stop(outer: subprocess.Popen[bytes], pid: int, timeout: float = 3) -> None:
    """Ask dockerd to end, and after ``timeout`` seconds end its process namespace with all that still runs in it.

    Containers whose first process ignores SIGTERM would hold dockerd up for 10 s; nothing of them is kept anyway.
    """
    if pid and outer.poll() is None:
        signal_process(pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            outer.wait(timeout)
    if outer.poll() is None:
        for first in children(outer.pid):
            signal_process(first, signal.SIGKILL)
        with suppress(subprocess.TimeoutExpired):
            outer.wait(timeout)
    if outer.poll() is None:
        outer.kill()
        outer.wait(timeout)


def signal_process(pid: int, number: signal.Signals) -> None:
    """Send a signal to a process that may be gone."""
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def remove_cgroups(cgroup: str, timeout: float = 10) -> None:
    """Remove what the engine's containers leave in the cgroup trees (one a controller in v1, a single one in v2)."""
    deadline = time.monotonic() + timeout
    roots = [Path("/sys/fs/cgroup") / cgroup.lstrip("/"), *Path("/sys/fs/cgroup").glob(f"*{cgroup}")]
    for root in roots:
        while root.is_dir():
            try:
                for folder, _, _ in os.walk(root, topdown=False):
                    Path(folder).rmdir()
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)


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


def process_name(pid: int) -> str:
    """Return a process's short name, empty if it is gone."""
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""


def last_lines(directory: Path, count: int = 15) -> str:
    """Return the end of the engine's log."""
    log = (directory / "engine.log").read_text(encoding="utf-8", errors="replace")
    return "\n".join(log.splitlines()[-count:])
