"""A workspace with recipes in it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from coopnb.workspace import Workspace

Git = Callable[..., str]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A workspace that does not exist yet."""
    return Workspace(tmp_path / "workspace")


@pytest.fixture
def git(monkeypatch: pytest.MonkeyPatch) -> Git:
    """Git as an operator would call it: ``git(folder, "tag", "x")`` gives what it prints."""
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "Ana")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "ana@example.org")

    def call(folder: Path, *arguments: str) -> str:
        return subprocess.run(
            ["git", *arguments], cwd=folder, check=True, capture_output=True, text=True, timeout=30
        ).stdout

    return call


@pytest.fixture
def make_recipe(workspace: Workspace, git: Git) -> Callable[..., Path]:
    """Make a recipe: ``make_recipe("wiki", {"1.0.0+1": {"compose.yml": "..."}})``, a tagged commit a version."""

    def make(name: str, versions: Mapping[str, Mapping[str, str]], *tag: str) -> Path:
        folder = workspace.recipes / name
        folder.mkdir(parents=True)
        git(folder, "init", "-q", "-b", "main")
        for version, files in versions.items():
            for path, content in files.items():
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                (folder / path).write_text(content)
            git(folder, "add", "-A")
            git(folder, "commit", "-q", "--allow-empty", "-m", version or "begin")
            if version:
                git(folder, "tag", *(tag or ("-a", "-m", version)), version)
        return folder

    return make
