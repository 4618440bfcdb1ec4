"""A network switch in a namespace of its own, which machines are plugged into and cut off from."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from tests.testbed.machine import Machine
from tests.testbed.processes import OWNER, SYSTEM_PATH, children

SWITCH = Path(__file__).parent / "switch.sh"
NEAR, FAR = "near", "far"


@dataclass(slots=True)
class Switch:
    """Two bridges: normally all ports are on the near one; who is cut off sits on the far one, with others cut off.

    Attributes:
        outer: the outermost process, after ``start``; it dies with the thread that called ``start``.
        ports: the port of each machine by the machine's name. A machine that is started again gets a new one.
    """

    outer: subprocess.Popen[bytes] | None = None
    ports: dict[str, str] = field(default_factory=dict)
    plugged: int = 0

    def start(self, timeout: float = 10) -> None:
        """Make the bridges. Raises TimeoutError if they are not there in time."""
        command = ["setpriv", "--pdeathsig", "KILL", "unshare", "--net", "--pid", "--fork", "--kill-child"]
        self.outer = subprocess.Popen(
            [*command, "--", "/bin/sh", str(SWITCH)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env={"PATH": SYSTEM_PATH, OWNER: str(os.getpid())},
        )
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            if children(self.outer.pid) and self._ip("link", "show", FAR, check=False).returncode == 0:
                return
            time.sleep(0.05)
        raise TimeoutError(f"no switch within {timeout:g} s")

    @property
    def netns(self) -> Path:
        """Its network namespace, as ``nsenter --net=`` takes it; what runs there sees the near bridge."""
        assert self.outer is not None, "the switch was not started"
        return Path(f"/proc/{next(iter(children(self.outer.pid)), 0)}/ns/net")

    def settle(self, address: str) -> None:
        """Give the switch itself an address on the near bridge, for what runs there."""
        self._ip("address", "add", f"{address}/24", "dev", NEAR)

    def plug(self, machine: Machine, timeout: float = 10) -> None:
        """Give a machine that was started its network card ``eth0``, on the near bridge."""
        deadline = time.monotonic() + timeout
        while not machine.first and time.monotonic() < deadline:
            time.sleep(0.02)
        self.plugged += 1
        port = f"port{self.plugged}"
        self._ip("link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", str(machine.first))
        self._ip("link", "set", port, "master", NEAR, "up")
        self.ports[machine.name] = port

    def set_link(self, name: str, up: bool) -> None:
        """Pull a machine's cable, or put it back."""
        self._ip("link", "set", self.ports[name], "up" if up else "down")

    def part(self, names: Iterable[str]) -> None:
        """Move some machines to the far side, where they see each other and nobody else."""
        for name in names:
            self._ip("link", "set", self.ports[name], "master", FAR)

    def heal(self) -> None:
        """Bring all machines that have a port back together."""
        for port in self.ports.values():
            self._ip("link", "set", port, "master", NEAR, "up")

    def unplug(self, name: str) -> None:
        """Forget the port of a machine that has no power: its network card is gone."""
        self.ports.pop(name, None)

    def stop(self, timeout: float = 5) -> None:
        """Take the switch away."""
        if self.outer:
            self.outer.kill()
            self.outer.wait(timeout)

    def _ip(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        command = ["nsenter", f"--net={self.netns}", "ip", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
        if check and done.returncode:
            raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")
        return done
