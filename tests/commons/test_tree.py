"""Knowing a folder by the id that git gives to its content."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from coopnb.commons import read_version
from coopnb.commons.tree import holds
from coopnb.workspace import Workspace

MakeRecipe = Callable[..., Path]
Git = Callable[..., str]

AWKWARD = {"a.b": "1", "a/x": "2", "a0": "3", "a/b/c/d.yml": "4", "Ä ö": "5", "empty": "", "run.sh": "#!/bin/sh\n"}
"""Names whose order as git has it is not that of their letters."""


def committed(folder: Path, git: Git, algorithm: str) -> str:
    """Make a repository of awkward names; the id of its tree."""
    folder.mkdir()
    git(folder, "init", "-q", f"--object-format={algorithm}")
    for name, text in AWKWARD.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    (folder / "run.sh").chmod(0o755)
    git(folder, "add", ".")
    tree = git(folder, "write-tree").strip()
    (folder / ".git").rename(folder.with_suffix(".git"))
    return tree


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_the_id_is_gits(git: Git, tmp_path: Path, algorithm: str) -> None:
    """A folder must be known by the id that git itself gives to it, whatever its names."""
    tree = committed(tmp_path / "r", git, algorithm)

    assert holds(tmp_path / "r", tree)
    assert not holds(tmp_path / "r", tree[::-1])
    assert not holds(tmp_path / "nowhere", tree)
    assert not holds(tmp_path / "r", "")


@pytest.mark.parametrize(
    "tamper",
    [
        lambda root: (root / "a/b/c/d.yml").write_text("5"),
        lambda root: (root / "a/b/c/more.yml").write_text(""),
        lambda root: (root / "a0").unlink(),
        lambda root: (root / "a0").rename(root / "a1"),
        lambda root: (root / "a0").chmod(0o755),
        lambda root: (root / "run.sh").chmod(0o644),
        lambda root: (root / "link").symlink_to("a0"),
        lambda root: os.mkfifo(root / "pipe"),
    ],
    ids=["byte", "more", "less", "name", "made executable", "not executable", "link", "pipe"],
)
def test_any_change_is_seen(git: Git, tmp_path: Path, tamper: Callable[[Path], object]) -> None:
    """A folder with one byte, name or mode changed must not be taken for the tree, and nothing may hang on it."""
    tree = committed(tmp_path / "r", git, "sha1")
    tamper(tmp_path / "r")

    assert not holds(tmp_path / "r", tree)


def test_a_whole_folder_is_left_as_it_is(workspace: Workspace, make_recipe: MakeRecipe, tmp_path: Path) -> None:
    """A version that lies there whole must be used again without anything being written beside it."""
    make_recipe("wiki", {"1.0.0+1.39.8": {"compose.yml": "services: {}\n", "release/next": "soon\n"}})
    first = read_version(workspace, "wiki", "", tmp_path / "run")
    before = (tmp_path / "run").stat().st_mtime_ns
    again = read_version(workspace, "wiki", "1.0.0+1.39.8", tmp_path / "run")

    assert again == first
    assert (tmp_path / "run").stat().st_mtime_ns == before
