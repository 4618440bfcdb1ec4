"""A machine of its own for a dockerd: namespaces for network, mounts, processes and host name, that go away whole."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.testbed.processes import OWNER, SYSTEM_PATH, children, process_name, signal_process

BOOT = Path(__file__).parent / "boot.sh"
IN_TREE = Path(__file__).parent / "in_tree.sh"
NO_SUCH_NAME = Path(__file__).parent / "no_such_name.py"
RESOLVER = "10.97.0.53"
LONGEST_SOCKET_PATH = 107


@dataclass(slots=True)
class Machine:
    """A dockerd in namespaces of its own; what it keeps lies in a directory and outlives it.

    The processes form a process namespace whose first process dies with the *thread* that called ``start``, so that
    even a killed test run leaves no process, mount or network behind, only the directory.

    Attributes:
        directory: new or empty before ``prepare``.
        name: the host name.
        tree: the root of a Debian whose dockerd is to run; None for the machine's own.
        address: what its network card ``eth0`` is to be given (``10.99.0.1/24``); it waits until somebody plugs one in.
            Empty: it has no network card, only ``lo``.
        mirror: the address of a registry that is asked first for images of docker.io; empty: none.
        in_memory: whether images and volumes are kept in memory, which is quick, and gone without power.
        flags: further flags of dockerd, without spaces in them; not in a tree.
        cgroup: where its containers are counted; its name tells whose it is.
        outer: the outermost process, after ``start``.
        pid: dockerd's process id, after ``await_dockerd``.
    """

    directory: Path
    name: str = "node1"
    tree: Path | None = None
    address: str = ""
    mirror: str = ""
    in_memory: bool = False
    flags: tuple[str, ...] = ()
    cgroup: str = field(default_factory=lambda: f"/coopnb-{os.getpid()}-{secrets.token_hex(4)}")
    outer: subprocess.Popen[bytes] | None = None
    pid: int = 0

    @property
    def socket(self) -> Path:
        """The engine's unix socket, reached from outside as usual."""
        return self.directory / "engine.sock"

    @property
    def netns(self) -> Path:
        """The network namespace, as ``nsenter --net=`` takes it."""
        return Path(f"/proc/{self.first}/ns/net")

    @property
    def first(self) -> int:
        """The first process of the process namespace, seen from outside; 0 if there is none."""
        return next(iter(children(self.outer.pid)), 0) if self.outer else 0

    @property
    def running(self) -> bool:
        """Whether its processes are there."""
        return self.outer is not None and self.outer.poll() is None

    def prepare(self) -> None:
        """Make the folders and settings of an engine. Raises ValueError for a directory that cannot be its own."""
        if len(str(self.socket)) > LONGEST_SOCKET_PATH:
            raise ValueError(f"a unix socket's path has at most {LONGEST_SOCKET_PATH} characters: {self.socket}")
        self.directory.mkdir(parents=True, exist_ok=True)
        if any(self.directory.iterdir()):
            raise ValueError(f"an engine wants a directory of its own, and this one is not empty: {self.directory}")
        for folder in ("data", "exec", "cli", "root"):
            (self.directory / folder).mkdir()
        (self.directory / "resolv.conf").write_text("nameserver 127.0.0.1\n", encoding="utf-8")
        settings = {"dns": [RESOLVER]}
        if self.mirror:
            settings |= {"registry-mirrors": [self.mirror], "insecure-registries": [self.mirror.partition("//")[2]]}
        (self.directory / "daemon.json").write_text(json.dumps(settings), encoding="utf-8")

    def start(self) -> None:
        """Start the namespaces with dockerd in them, after a loss of power too."""
        sweep_cgroups()
        for left in ("engine.sock", "dockerd.pid"):
            (self.directory / left).unlink(missing_ok=True)
        shutil.rmtree(self.directory / "exec")
        (self.directory / "exec").mkdir()
        command = ["setpriv", "--pdeathsig", "KILL"]
        command += ["unshare", "--net", "--uts", "--mount", "--propagation", "private"]
        command += ["--pid", "--fork", "--kill-child", "--mount-proc", "--", "/bin/sh", str(BOOT)]
        self.pid = 0
        with (self.directory / "engine.log").open("ab") as log:
            self.outer = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env={
                    "PATH": SYSTEM_PATH,
                    OWNER: str(os.getpid()),
                    "ENGINE_DIRECTORY": str(self.directory),
                    "ENGINE_NAME": self.name,
                    "ENGINE_CGROUP": self.cgroup,
                    "ENGINE_TREE": str(self.tree or ""),
                    "ENGINE_ADDRESS": self.address,
                    "ENGINE_IN_MEMORY": "yes" if self.in_memory else "",
                    "ENGINE_FLAGS": " ".join(self.flags),
                    "RESOLVER": RESOLVER,
                    "PYTHON": sys.executable,
                    "NO_SUCH_NAME": str(NO_SUCH_NAME),
                    "IN_TREE": str(IN_TREE),
                    "DOCKERD": shutil.which("dockerd", path=SYSTEM_PATH) or "dockerd",
                },
            )

    def await_dockerd(self, timeout: float) -> int:
        """Return dockerd's process id: a child of the first process. Raises RuntimeError if it does not start."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline and self.running:
            for process in children(self.first):
                if process_name(process) == "dockerd":
                    self.pid = process
                    return process
            time.sleep(0.05)
        raise RuntimeError(f"dockerd did not start\n{self.last_lines()}")

    def cut_power(self, timeout: float = 10) -> None:
        """SIGKILL dockerd, and with it everything else at once, containers too; the directory stays as it is."""
        if self.outer and self.outer.poll() is None:
            for process in {self.pid, self.first} - {0}:
                signal_process(process, signal.SIGKILL)
            self.outer.wait(timeout)
        remove_cgroups(self.cgroup)

    def stop(self, timeout: float = 3) -> None:
        """Ask dockerd to end, and after ``timeout`` seconds end its process namespace with all that still runs in it.

        Containers whose first process ignores SIGTERM would hold dockerd up for 10 s; nothing of them is kept anyway.
        """
        if self.outer is None:
            return
        if self.pid and self.outer.poll() is None:
            signal_process(self.pid, signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                self.outer.wait(timeout)
        if self.outer.poll() is None:
            for process in children(self.outer.pid):
                signal_process(process, signal.SIGKILL)
            with suppress(subprocess.TimeoutExpired):
                self.outer.wait(timeout)
        if self.outer.poll() is None:
            self.outer.kill()
            self.outer.wait(timeout)
        remove_cgroups(self.cgroup)

    def last_lines(self, count: int = 15) -> str:
        """Return the end of the engine's log."""
        log = (self.directory / "engine.log").read_text(encoding="utf-8", errors="replace")
        return "\n".join(log.splitlines()[-count:])


def sweep_cgroups() -> None:
    """Remove the cgroups that killed test runs left: the kernel ends their processes, and keeps these empty folders."""
    for pattern in ("coopnb-*", "*/coopnb-*"):
        for root in Path("/sys/fs/cgroup").glob(pattern):
            owner = root.name.split("-")[1]
            if owner.isdigit() and not Path(f"/proc/{owner}").exists():
                with suppress(OSError):
                    for folder, _, _ in os.walk(root, topdown=False):
                        Path(folder).rmdir()


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
