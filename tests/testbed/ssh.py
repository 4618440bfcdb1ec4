"""A real sshd of the test's own: its keys, its port, and behind it the engine that the test says."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.testbed.cli import docker_cli
from tests.testbed.processes import SYSTEM_PATH, children, family, signal_process

LOOPBACK = "127.0.0.1"
PRIVILEGE_SEPARATION = Path("/run/sshd")
"""Compiled into sshd: an empty folder that every sshd of the machine needs, and that stays."""

CONFIGURATION = """\
ListenAddress {address}:{port}
HostKey {directory}/host_key
PidFile none
AuthorizedKeysFile {directory}/authorized_keys
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
PrintMotd no
PrintLastLog no
LogLevel VERBOSE
MaxStartups 100
SetEnv DOCKER_HOST={docker_host} DOCKER_CONFIG={directory}/cli PATH={path}
"""


@dataclass(slots=True)
class SshServer:
    """A running sshd that lets ``root`` in by key and gives commands the ``DOCKER_HOST`` of one engine.

    Whatever starts it has to be called from the thread that holds it for its whole life: all its processes die with it.

    Attributes:
        directory: holds its keys, settings and log.
        docker_host: the engine that ``docker system dial-stdio`` reaches there, like ``unix:///...``.
        port: on 127.0.0.1.
        outer: the outermost process, after ``start``.
    """

    directory: Path
    docker_host: str
    port: int = 0
    outer: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def address(self) -> str:
        """Where it listens."""
        return LOOPBACK

    @property
    def host_key(self) -> str:
        """Its public host key as a line of ``known_hosts`` has it after the name: type and key."""
        return " ".join((self.directory / "host_key.pub").read_text(encoding="utf-8").split()[:2])

    @property
    def fingerprint(self) -> str:
        """Its host key's fingerprint: ``SHA256:...``."""
        return fingerprint(self.directory / "host_key.pub")

    @property
    def log(self) -> str:
        """What it has said so far: connections, and who came in by which key."""
        return (self.directory / "sshd.log").read_text(encoding="utf-8", errors="replace")

    def logins(self) -> int:
        """Return how many connections were let in so far."""
        return self.log.count("Accepted publickey for")

    def connections(self) -> list[int]:
        """Return the process ids that serve its present connections, one each."""
        listener = next(iter(children(self.outer.pid)), 0) if self.outer else 0
        return children(listener) if listener else []

    def cut(self) -> int:
        """End every present connection at once, with all that runs behind it; return how many there were.

        The server goes on to listen. Clients see what they see when a route goes away and the other side resets.
        """
        found = self.connections()
        for connection in found:
            for process in family(connection):
                signal_process(process, signal.SIGKILL)
        return len(found)

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Let connections stand still for as long as this holds: nothing is answered and nothing is closed."""
        stopped = [process for connection in self.connections() for process in family(connection)]
        for process in stopped:
            signal_process(process, signal.SIGSTOP)
        try:
            yield
        finally:
            for process in stopped:
                signal_process(process, signal.SIGCONT)

    def change_host_key(self) -> None:
        """Be another server from now on, on the same port."""
        self.stop()
        make_key(self.directory / "host_key")
        self.start()

    def authorize(self, public_key: Path) -> None:
        """Let in whoever has the other half of this key."""
        with (self.directory / "authorized_keys").open("a", encoding="utf-8") as keys:
            keys.write(public_key.read_text(encoding="utf-8"))

    def start(self, timeout: float = 10) -> None:
        """Start it, on the port it had before if it had one. Raises RuntimeError with its last lines if it does not."""
        for _ in range(1 if self.port else 5):
            port = self.port or free_port()
            if self._listens(port, timeout):
                self.port = port
                return
            self.stop()
        raise RuntimeError(f"sshd did not start on {LOOPBACK}\n{self.log[-2000:]}")

    def stop(self) -> None:
        """End it and all its connections; its port refuses from now on."""
        if self.outer:
            for process in children(self.outer.pid):
                signal_process(process, signal.SIGKILL)
            with suppress(subprocess.TimeoutExpired):
                self.outer.wait(5)
            self.outer.kill()
            self.outer.wait(5)
            self.outer = None

    def _listens(self, port: int, timeout: float) -> bool:
        settings = self.directory / "sshd_config"
        settings.write_text(
            CONFIGURATION.format(
                address=LOOPBACK,
                port=port,
                directory=self.directory,
                docker_host=self.docker_host,
                path=f"{docker_cli().parent}:{SYSTEM_PATH}",
            ),
            encoding="utf-8",
        )
        program = shutil.which("sshd", path=SYSTEM_PATH) or "/usr/sbin/sshd"
        command = ["setpriv", "--pdeathsig", "KILL", "unshare", "--pid", "--fork", "--kill-child", "--"]
        command += [program, "-D", "-e", "-f", str(settings)]
        with (self.directory / "sshd.log").open("ab") as log:
            self.outer = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                start_new_session=True,
                env={"PATH": SYSTEM_PATH},
            )
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline and self.outer.poll() is None:
            with suppress(OSError), socket.create_connection((LOOPBACK, port), 1) as greeting:
                greeting.settimeout(2)
                return greeting.recv(4) == b"SSH-"
            time.sleep(0.02)
        return False


@contextmanager
def sshd(directory: Path, docker_host: str = "unix:///nowhere") -> Iterator[SshServer]:
    """Start an sshd with new keys in ``directory`` (new or empty), and end it with all its connections.

    Who may come in is said by ``SshServer.authorize``; ``introduce`` of ``tests/testbed/ssh_client.py`` does that.
    """
    directory.mkdir(parents=True, exist_ok=True)
    PRIVILEGE_SEPARATION.mkdir(mode=0o755, exist_ok=True)
    (directory / "cli").mkdir()
    (directory / "authorized_keys").touch(mode=0o600)
    make_key(directory / "host_key")
    server = SshServer(directory, docker_host)
    try:
        server.start()
        yield server
    finally:
        server.stop()


@contextmanager
def silent_port() -> Iterator[int]:
    """Give a port of 127.0.0.1 that accepts connections and never says a word."""
    with socket.create_server((LOOPBACK, 0), backlog=64) as listening:
        yield listening.getsockname()[1]


def make_key(path: Path, passphrase: str = "") -> None:
    """Write a new pair of keys: ``path`` and ``path.pub``."""
    for old in (path, path.with_name(f"{path.name}.pub")):
        old.unlink(missing_ok=True)
    command = ["ssh-keygen", "-q", "-t", "ed25519", "-C", "testbed", "-N", passphrase, "-f", str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=20)


def fingerprint(public_key: Path) -> str:
    """Return a public key's fingerprint as OpenSSH writes it: ``SHA256:...``."""
    said = subprocess.run(
        ["ssh-keygen", "-l", "-f", public_key], check=True, capture_output=True, text=True, timeout=20
    )
    return said.stdout.split()[1]


def free_port() -> int:
    """Return a port that nobody listens on at this moment."""
    with socket.create_server((LOOPBACK, 0)) as probe:
        port: int = probe.getsockname()[1]
        return port
