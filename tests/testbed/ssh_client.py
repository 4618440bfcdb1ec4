"""The other end of a test's sshd: a home folder with an ssh config, keys and known hosts, and nobody else's."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from tests.testbed.cli import docker_cli
from tests.testbed.processes import SYSTEM_PATH
from tests.testbed.ssh import LOOPBACK, SshServer, make_key

WRAPPER = '#!/bin/sh\nexec /usr/bin/ssh -F "{config}" "$@"\n'
"""OpenSSH takes the home folder of the user database, whatever ``HOME`` says; so the CLI's ssh is told."""


class Knows(Enum):
    """Which host key the client expects of a server."""

    IT = "its own"
    NOTHING = "none"
    ANOTHER = "another one, as when a server was replaced"


@dataclass(frozen=True, slots=True)
class Home:
    """A home folder of somebody who uses ssh; ``HOME=path`` is what a program needs to use it."""

    path: Path

    @property
    def config(self) -> Path:
        """The ssh config."""
        return self.path / ".ssh/config"

    @property
    def known_hosts(self) -> Path:
        """The hosts that are known."""
        return self.path / ".ssh/known_hosts"

    @property
    def key(self) -> Path:
        """The private key; its passphrase is what ``client_home`` was told."""
        return self.path / ".ssh/id_ed25519"

    @property
    def environment(self) -> dict[str, str]:
        """What a program is started with to be at home here; ``ssh`` and ``docker`` on its PATH are, too. No agent."""
        return {"HOME": str(self.path), "PATH": f"{self.path / 'bin'}:{docker_cli().parent}:{SYSTEM_PATH}"}

    def knows(self, server: SshServer, what: Knows = Knows.IT) -> None:
        """Set which key the server is expected to have, in place of what was known of its address."""
        name = f"[{server.address}]:{server.port}"
        lines = [line for line in self.known_hosts.read_text(encoding="utf-8").splitlines() if name not in line]
        if what is Knows.ANOTHER:
            other = self.path / "another"
            make_key(other)
            lines.append(f"{name} {' '.join((self.path / 'another.pub').read_text(encoding='utf-8').split()[:2])}")
        elif what is Knows.IT:
            lines.append(f"{name} {server.host_key}")
        self.known_hosts.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")

    def add(self, alias: str, port: int, **settings: str) -> None:
        """Add an alias to the config, with more settings of ssh_config(5) if need be, like ``ProxyJump="bastion"``."""
        said = {
            "HostName": LOOPBACK,
            "Port": str(port),
            "User": "root",
            "IdentityFile": str(self.key),
            "IdentitiesOnly": "yes",
            "UserKnownHostsFile": str(self.known_hosts),
            "GlobalKnownHostsFile": "/dev/null",
            **settings,
        }
        with self.config.open("a", encoding="utf-8") as config:
            config.write(f"Host {alias}\n" + "".join(f"    {name} {value}\n" for name, value in said.items()))

    def run(self, *command: str, timeout: float = 30) -> subprocess.CompletedProcess[str]:
        """Run a program at home here, with nothing to read and nobody to ask."""
        return subprocess.run(
            command,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
            start_new_session=True,
        )


def client_home(path: Path, *, passphrase: str = "") -> Home:
    """Make a home folder with a new key and an ssh config that knows nobody."""
    home = Home(path)
    (path / ".ssh").mkdir(parents=True, mode=0o700)
    (path / "bin").mkdir()
    make_key(home.key, passphrase)
    home.config.touch(mode=0o600)
    home.known_hosts.touch(mode=0o600)
    wrapper = path / "bin/ssh"
    wrapper.write_text(WRAPPER.format(config=home.config), encoding="utf-8")
    wrapper.chmod(0o755)
    return home


def introduce(home: Home, server: SshServer, alias: str, *, knows: Knows = Knows.IT, jump: str = "") -> None:
    """Let a home's key in at a server and give the server an alias there; ``jump`` is the alias to go through."""
    server.authorize(home.key.with_name(f"{home.key.name}.pub"))
    home.add(alias, server.port, **({"ProxyJump": jump} if jump else {}))
    home.knows(server, knows)


@contextmanager
def ssh_agent(directory: Path, home: Home, passphrase: str = "") -> Iterator[Path]:
    """Run an ssh agent that holds the home's key; give its socket, which is what ``SSH_AUTH_SOCK`` names."""
    address = directory / "agent.sock"
    answer = directory / "askpass"
    answer.write_text('#!/bin/sh\nprintf "%s\\n" "$PASSPHRASE"\n', encoding="utf-8")
    answer.chmod(0o700)
    agent = subprocess.Popen(
        ["setpriv", "--pdeathsig", "KILL", "ssh-agent", "-D", "-a", str(address)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        asking = {"SSH_ASKPASS": str(answer), "SSH_ASKPASS_REQUIRE": "force", "PASSPHRASE": passphrase}
        environment = {**os.environ, **asking, "SSH_AUTH_SOCK": str(address)}
        for _ in range(100):
            if address.is_socket():
                break
            time.sleep(0.02)
        subprocess.run(
            ["ssh-add", "-q", str(home.key)], env=environment, check=True, timeout=20, stdin=subprocess.DEVNULL
        )
        yield address
    finally:
        agent.kill()
        agent.wait(5)
