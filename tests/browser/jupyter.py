"""The JupyterLab that ``make lab`` opens, on a workspace of a test's own, and its end."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from coopnb.lessons.ground import GROUNDS
from coopnb.practice import process
from coopnb.workspace import Workspace

START_SECONDS = 90
STOP_SECONDS = 15


@dataclass(frozen=True, slots=True)
class Lab:
    """A JupyterLab that answers.

    Attributes:
        url: without a path. log: what it printed.
    """

    workspace: Workspace
    url: str
    token: str
    log: Path

    def page(self, path: str) -> str:
        """The address of a notebook, relative to the folder that Lab shows, in a layout that nobody used before."""
        return f"{self.url}/lab/workspaces/{secrets.token_hex(4)}/tree/{path}?token={self.token}"

    def forget_layout(self) -> None:
        """Let JupyterLab open without the tabs of a test before.

        While it brings tabs back it puts them in front of each other, and of what was clicked meanwhile.
        """
        for saved in (self.log.parent / ".jupyter" / "lab" / "workspaces").glob("*.jupyterlab-workspace"):
            saved.unlink()

    @property
    def start(self) -> str:
        """The address without a path, which leads to what ``coopnb lab`` opens."""
        return f"{self.url}/?token={self.token}"


@contextlib.contextmanager
def jupyterlab(workspace: Path) -> Iterator[Lab]:
    """Start JupyterLab with the command of ``make lab``; in the end stop it, its kernels and the practice swarms.

    Nothing of the user who runs the test is read or written: its settings and its home are in the workspace's
    neighbourhood.
    """
    port, token = _free_port(), secrets.token_hex(16)
    place = Workspace(workspace)
    home = workspace.with_name(f"{workspace.name}-home")
    home.mkdir()
    log = home / "lab.log"
    command = [sys.executable, "-m", "coopnb.cli", "lab", "--workspace", str(workspace), "--"]
    command += ["--no-browser", "--ip", "127.0.0.1", "--port", str(port), "--ServerApp.port_retries=0"]
    command += [f"--ServerApp.token={token}"]
    with log.open("wb") as printed:
        server = subprocess.Popen(
            command,
            cwd=Path(__file__).parents[2],
            env=_environment(os.environ, home),
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=subprocess.STDOUT,
        )
    try:
        lab = Lab(place, f"http://127.0.0.1:{port}", token, log)
        _wait_until_it_answers(lab, server)
        yield lab
    finally:
        try:
            _stop(server)
        finally:
            for played in (place, *(Workspace(ground) for ground in (place.own / GROUNDS).glob("*"))):
                process.stop(played.practice)


def _environment(environ: Mapping[str, str], home: Path) -> dict[str, str]:
    kept = {
        name: value for name, value in environ.items() if not name.startswith(("JUPYTER", "JPY_", "COOPNB", "ABRA_"))
    }
    return {**kept, "HOME": str(home), "COOPNB_OPERATOR": "ana@laptop", "IPYTHONDIR": str(home / ".ipython")}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_it_answers(lab: Lab, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(urllib.error.URLError, ConnectionError):
            urllib.request.urlopen(f"{lab.url}/api?token={lab.token}", timeout=5).close()
            return
        time.sleep(0.1)
    raise AssertionError(f"JupyterLab did not come up within {START_SECONDS} s:\n{lab.log.read_text()}")


def _stop(server: subprocess.Popen[bytes]) -> None:
    """Ask it to end, with its kernels; a kernel whose server is gone ends by itself."""
    server.send_signal(signal.SIGTERM)
    try:
        server.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait(STOP_SECONDS)
