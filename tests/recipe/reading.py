"""Recipes written on the spot, read by coopnb and by the docker CLI."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from coopnb.model.compose import Compose
from coopnb.model.recipe import Recipe, RecipeVersion
from coopnb.recipe import load
from tests.testbed.cli import docker_cli


def write(root: Path, files: Mapping[str, str]) -> Path:
    """Write the files of a recipe."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def read(root: Path, *names: str, **settings: str) -> Recipe:
    """Load a recipe that lies in a folder; the file is ``compose.yml`` unless others are named."""
    return load(RecipeVersion("sample", "1.0.0", "c0ffee", True, root), names or ("compose.yml",), settings)


def read_text(root: Path, text: str, **settings: str) -> Recipe:
    """Load a recipe of one file."""
    return read(write(root, {"compose.yml": text}), **settings)


class Refused(Exception):
    """docker refuses these files; the text is its own."""


def docker_text(root: Path, *names: str, **settings: str) -> str:
    """What ``docker stack config`` prints of files, with these settings as its environment.

    Raises:
        Refused: it ends with an error.
    """
    files = [word for name in names or ("compose.yml",) for word in ("-c", name)]
    environment = {"PATH": os.environ["PATH"], "DOCKER_CONFIG": str(root / ".docker"), **settings}
    command = [str(docker_cli()), "stack", "config", *files]
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, timeout=20, check=False)
    if done.returncode:
        raise Refused(done.stderr.strip())
    return done.stdout


def docker_compose(root: Path, *names: str, **settings: str) -> Compose:
    """The same files as docker reads them: its output has long forms only, so reading it is plain."""
    text = docker_text(root, *names, **settings).replace("$", "$$")
    text = re.sub(rf"(?m)^( +file: ){re.escape(str(root))}/", r"\1", text)
    (root / "docker.yml").write_text(text, encoding="utf-8")
    return without_env_files(read(root, "docker.yml").compose)


def without_env_files(compose: Compose) -> Compose:
    """docker leaves ``env_file`` out of what it prints, after it has taken the values."""
    services = {key: replace(service, env_file=()) for key, service in compose.services.items()}
    return replace(compose, services=services)
