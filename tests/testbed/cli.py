"""The docker CLI, which is the oracle of what a compose file means. It has to be a 28."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from tests.testbed.debian import cache_directory, download

OLDEST = 28


@cache
def docker_cli() -> Path:
    """Return a docker CLI of at least version 28: of this machine, of the cache, or fetched from Debian sid.

    The cache has one if a test has asked for it before, or for the engine of Debian sid, whose tree brings a CLI along
    that runs on Debian 12 as it is.

    Raises OSError or CalledProcessError when there is none and none can be had.
    """
    for folder in [*os.environ.get("PATH", "").split(os.pathsep), "/usr/local/bin"]:
        candidate = Path(folder) / "docker"
        if folder and major_version(candidate) >= OLDEST:
            return candidate
    cached = cache_directory() / "docker-cli" / "docker"
    for candidate in [cached, *cache_directory().glob("engine-sid-*/usr/bin/docker")]:
        if major_version(candidate) >= OLDEST:
            return candidate
    fetch(cached)
    return cached


def major_version(binary: Path) -> int:
    """Return the major version a docker CLI says it has, 0 for what is none."""
    if not os.access(binary, os.X_OK) or not binary.is_file():
        return 0
    try:
        answer = subprocess.run([binary, "--version"], capture_output=True, text=True, timeout=20, check=False).stdout
    except OSError:
        return 0
    found = re.match(r"Docker version (\d+)\.", answer)
    return int(found.group(1)) if found else 0


def fetch(target: Path) -> None:
    """Take the docker CLI out of Debian sid's package ``docker-cli`` and put it at ``target``, in one step."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        package = download("docker-cli", "sid", Path(scratch))
        subprocess.run(["dpkg", "-x", package, Path(scratch) / "tree"], check=True, timeout=60)
        binary = Path(scratch) / "tree/usr/bin/docker"
        found = major_version(binary)
        if found < OLDEST:
            raise OSError(f"Debian sid's docker CLI does not run here or is older than {OLDEST}: found {found}")
        shutil.move(binary, target)
