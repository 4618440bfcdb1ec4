"""JupyterLab on a workspace: the first notebook, the models, and the runs."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from coopnb.runner.models import models_folder
from coopnb.server import as_workspace
from coopnb.workspace import Workspace

START = "start.ipynb"


def open_lab(workspace: str | Path | None, arguments: Sequence[str]) -> int:
    """Become JupyterLab, rooted in coopnb's folder of the workspace; does not return."""
    place = as_workspace(workspace)
    root = prepare(place)
    environment = {**os.environ, "COOPNB_WORKSPACE": str(place.root)}
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        f"--ServerApp.root_dir={root}",
        f"--LabApp.default_url=/lab/tree/{START}",
    ]
    print(f"JupyterLab on {root}; stop it with Ctrl-C.", flush=True)
    os.execve(sys.executable, [*command, *arguments], environment)


def prepare(place: Workspace) -> Path:
    """Lay the first notebook into coopnb's folder of the workspace, as this version ships it."""
    root = place.make(place.own)
    place.make(place.runs)
    shutil.copyfile(models_folder().parent / START, root / START)
    return root
