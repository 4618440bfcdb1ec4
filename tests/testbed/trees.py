"""Newer engines than the machine's own: whole Debians with a dockerd, kept in the cache and only read."""

from __future__ import annotations

import hashlib
import platform
import shutil
import subprocess
from pathlib import Path

from tests.testbed.building import BUILD, lock, run, scratch
from tests.testbed.debian import cache_directory, mirror

TRIXIE = "trixie"
"""Debian 13: dockerd 26.1, Engine API 1.45."""
SID = "sid"
"""Debian's unstable suite, which moves: dockerd 28.5, Engine API 1.51 when this was written."""

PACKAGES = ("docker.io", "docker-cli", "iptables", "ca-certificates", "iproute2")
VERIFIED = ("docker.io", "containerd", "runc", "iptables", "libc6")
SMALLER = "/usr/share/"
"""Documents are left out of a tree, so they are not missed."""


def tree(suite: str) -> Path:
    """Return the root of a Debian with a dockerd, made with debootstrap if the cache has none, or a broken one.

    Costs about a minute and 400 MB for each suite, once for a machine; afterwards half a second.

    Raises RuntimeError with debootstrap's last lines if it cannot be had.
    """
    target = cache_directory() / f"engine-{suite}-{recipe_hash(suite)}"
    with lock(f"engine-{suite}"):
        if target.exists() and not whole(target):
            shutil.rmtree(target)
        if not target.exists():
            with scratch(f"a Debian {suite} with a dockerd") as made:
                run("engine.sh", TREE=str(made), SUITE=suite, MIRROR=mirror(), PACKAGES=",".join(PACKAGES))
                made.rename(target)
            discard_older(target, suite)
    return target


def recipe_hash(suite: str) -> str:
    """Return a digest of all that decides a tree's content, except what Debian changes by itself."""
    parts = [suite, platform.machine(), *PACKAGES, (BUILD / "engine.sh").read_text(encoding="utf-8")]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]


def whole(root: Path) -> bool:
    """Tell whether the files that an engine is made of are those that Debian packed (dpkg's checksums)."""
    done = subprocess.run(
        ["dpkg", f"--root={root}", "--verify", *VERIFIED],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    changed = [line for line in done.stdout.splitlines() if not line.split()[-1].startswith(SMALLER)]
    return not changed and not done.stderr


def discard_older(target: Path, suite: str) -> None:
    """Remove what earlier recipes of the same suite left in the cache."""
    for path in cache_directory().glob(f"engine-{suite}-*"):
        if path != target:
            shutil.rmtree(path)
