"""Looking whether everything coopnb needs is here, before it is needed."""

from __future__ import annotations

import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import entry_points, version
from pathlib import Path

from coopnb.errors import CoopError
from coopnb.model.run import Check
from coopnb.practice import process
from coopnb.runner.models import model_names
from coopnb.server import LOCAL_SOCKET, as_workspace
from coopnb.workspace import Workspace


def examine(workspace: str | Path | None) -> Iterator[Check]:
    """Look at one thing after the other; ``ok`` is ``None`` for what coopnb can do without."""
    yield Check("coopnb", True, f"{version('coopnb')}, Python {sys.version.split()[0]}")
    yield _git()
    try:
        place = as_workspace(workspace)
    except CoopError as error:
        yield Check("workspace", False, str(error))
        return
    yield _workspace(place)
    yield Check("runbooks", bool(model_names()), ", ".join(model_names()) or "none are installed")
    exporters = {point.name for point in entry_points(group="nbconvert.exporters")}
    yield Check(
        "record exporter",
        "record" in exporters,
        "is in JupyterLab's File menu" if "record" in exporters else "is not installed",
    )
    swarm = process.running(place.practice) if place.practice.is_dir() else None
    yield Check(
        "practice swarm",
        True if swarm else None,
        f"runs, process {swarm.pid}" if swarm else "is not running; it starts when it is asked for",
    )
    yield _local_engine()
    docker = shutil.which("docker")
    yield Check(
        "docker CLI",
        True if docker else None,
        f"{docker} (coopnb itself does not use it)" if docker else "is not here; coopnb does not need it",
    )


def _git() -> Check:
    try:
        done = subprocess.run(["git", "--version"], capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return Check("git", False, "is not here; recipes are git repositories: install git")
    return Check("git", True, done.stdout.strip())


def _workspace(place: Workspace) -> Check:
    if not place.root.is_dir():
        return Check("workspace", None, f"{place.root} is not there yet; it is made when it is needed")
    apps = len(place.apps())
    if place.own.is_dir() and stat.S_IMODE(place.own.stat().st_mode) & 0o077:
        return Check("workspace", False, f"others can read {place.own}: chmod 700 {place.own}")
    return Check("workspace", True, f"{place.root}, {apps} app{'s' * (apps != 1)}")


def _local_engine() -> Check:
    from coopnb import engine, observe

    if not Path(LOCAL_SOCKET.removeprefix("unix://")).exists():
        return Check("local engine", None, "no Docker runs on this machine; other servers do not need it")
    try:
        seen = observe.identify(engine.connect(LOCAL_SOCKET, timeout=5), "default")
    except CoopError as error:
        return Check("local engine", None, error.headline)
    return Check("local engine", True, f"Docker {seen.engine}, swarm {seen.swarm_id[:12]}")
