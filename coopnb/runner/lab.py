"""JupyterLab on a workspace: the index, the lessons, and the runs."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from coopnb.runner.copies import lay
from coopnb.runner.models import INDEX, LAID, model_names, models_folder
from coopnb.server import as_workspace
from coopnb.workspace import Workspace

START = f"{INDEX}.ipynb"
SETTINGS = Path(__file__).parent / "jupyter"
"""A Jupyter config folder: defaults of JupyterLab that an operator can still change in its settings."""


def open_lab(workspace: str | Path | None, arguments: Sequence[str]) -> int:
    """Become JupyterLab, rooted in coopnb's folder of the workspace; does not return."""
    place = as_workspace(workspace)
    root = prepare(place)
    environment = lab_environment(place, os.environ)
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        f"--ServerApp.root_dir={root}",
        f"--LabApp.default_url=/lab/tree/{START}",
    ]
    print(f"JupyterLab on {root}; stop it with Ctrl-C.", flush=True)
    if os.geteuid() == 0:
        # JupyterLab refuses to be root unless it is told to; its token still guards it.
        print("It runs as root, because you are root here (--allow-root).", flush=True)
        command.append("--allow-root")
    os.execve(sys.executable, [*command, *arguments], environment)


def lab_environment(place: Workspace, environ: Mapping[str, str]) -> dict[str, str]:
    """What JupyterLab and its kernels are told: the workspace, and where coopnb's defaults for Lab lie."""
    paths = [path for path in environ.get("JUPYTER_CONFIG_PATH", "").split(os.pathsep) if path]
    return {
        **environ,
        "COOPNB_WORKSPACE": str(place.root),
        "JUPYTER_CONFIG_PATH": os.pathsep.join([*paths, str(SETTINGS)]),
    }


def prepare(place: Workspace) -> Path:
    """Lay into coopnb's folder of the workspace the index, as this version ships it, and each lesson and drill."""
    root = place.make(place.own)
    place.make(place.runs)
    shutil.copyfile(models_folder() / START, root / START)
    for kind in LAID:
        for name in model_names(kind):
            lay(place, kind, name)
    return root
