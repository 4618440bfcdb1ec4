"""Builds what tests are made of: in namespaces of its own, one process at a time, and never half."""

from __future__ import annotations

import fcntl
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.testbed.debian import cache_directory
from tests.testbed.processes import SYSTEM_PATH

BUILD = Path(__file__).parent / "build"
STEP_SECONDS = 600


def run(script: str, **environment: str) -> None:
    """Run a build script in mounts and processes of its own, so that nothing of it outlives it.

    Raises RuntimeError with its last lines when it fails.
    """
    command = ["setpriv", "--pdeathsig", "KILL", "unshare", "--mount", "--propagation", "private"]
    command += ["--pid", "--fork", "--kill-child", "--", "/bin/sh", str(BUILD / script)]
    done = subprocess.run(
        command,
        env={"PATH": SYSTEM_PATH, "HOME": "/root", "LC_ALL": "C.UTF-8", **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=STEP_SECONDS,
        check=False,
    )
    if done.returncode:
        lines = "\n".join(done.stdout.splitlines()[-20:])
        raise RuntimeError(f"building with {script} failed ({done.returncode}):\n{lines}")


@contextmanager
def scratch(what: str) -> Iterator[Path]:
    """Give an empty tree to build in, and say what is being done and how long it took."""
    say(f"testbed: building {what}, once for this machine")
    begin = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="build-", dir=cache_directory()) as folder:
        tree = Path(folder) / "tree"
        tree.mkdir(mode=0o755)
        yield tree
    say(f"testbed: built {what} in {time.monotonic() - begin:.0f} s")


@contextmanager
def lock(name: str) -> Iterator[None]:
    """Let one process at a time build the same thing."""
    with (cache_directory() / f"{name}.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def say(line: str) -> None:
    """Tell a waiting person."""
    print(line, file=sys.stderr, flush=True)
