"""The order of the rooms, held by import-linter."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter on the package in a folder."""
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package and its contracts, to break in peace."""
    folder = tmp_path_factory.mktemp("layers")
    shutil.copytree(ROOT / "coopnb", folder / "coopnb", ignore=shutil.ignore_patterns("__pycache__", "recipes"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def test_every_room_imports_only_what_lies_below() -> None:
    """No contract may be broken, and each must be checked."""
    result = lint_imports(ROOT)

    assert result.returncode == 0, result.stdout + result.stderr
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    assert f"Contracts: {len(contracts)} kept, 0 broken." in result.stdout


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("plan", "import coopnb.engine", "A room imports only the rooms below it"),
        ("show", "import coopnb.record", "A room imports only the rooms below it"),
        ("model", "import subprocess", "The thinking rooms"),
        ("convert", "import time", "The thinking rooms"),
        ("lint", "import coopnb.plan", "A room imports only the rooms below it"),
        ("lint", "import subprocess", "The thinking rooms"),
        ("secrets", "import coopnb.commons.git", "The thinking rooms"),
        ("recipe", "def later() -> None:\n    import ipywidgets", "The thinking rooms"),
        ("show", "import coopnb.envfile", "Displays and records see only nouns"),
        ("practice", "import coopnb.model", "The practice swarm knows"),
        ("observe", "import coopnb.practice", "No room below server"),
    ],
)
def test_a_planted_import_is_reported(copy: Path, module: str, line: str, contract: str) -> None:
    """Each contract must really break when a room imports what it must not, at the top or inside a function."""
    planted = copy / "coopnb" / module / "planted.py"
    planted.write_text(f"{line}\n")

    try:
        result = lint_imports(copy)
    finally:
        planted.unlink()

    assert result.returncode == 1
    assert re.search(rf"{re.escape(contract)}.* BROKEN", result.stdout), result.stdout


def test_a_new_room_must_be_placed(copy: Path) -> None:
    """A room that is in no layer must be reported before it can grow."""
    planted = copy / "coopnb" / "helpers.py"
    planted.write_text("")

    try:
        result = lint_imports(copy)
    finally:
        planted.unlink()

    assert result.returncode == 1 and "coopnb.helpers" in result.stdout + result.stderr
