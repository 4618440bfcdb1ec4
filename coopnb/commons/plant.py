"""The sample recipes, which ship as plain folders, made into the tagged repositories that recipes are."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from coopnb.commons.git import git
from coopnb.commons.versions import version_key
from coopnb.errors import CommonsError
from coopnb.workspace import Workspace

_AUTHOR = "coopnb samples <samples@coopnb.invalid>"
_FIRST = 1_767_603_600  # 2026-01-05 09:00 UTC; each version is a week younger than the one before
_WEEK = 7 * 24 * 3600


def plant_samples(workspace: Workspace, samples: Path) -> tuple[str, ...]:
    """Make a repository of every sample recipe that the workspace has no recipe of that name for.

    Each version is a commit with an annotated tag. Author, dates and file modes are fixed, so commit
    ids are the same on every machine. A recipe that is there, whosever it is, is left alone.

    Args:
        samples: a folder ``<recipe>/<version>/``.

    Returns:
        The names of the recipes that were planted.

    Raises:
        CommonsError: the samples are not there, or a repository cannot be made.
    """
    try:
        recipes = sorted(path for path in samples.iterdir() if path.is_dir())
    except OSError as error:
        raise CommonsError(f"the sample recipes cannot be read: {error.strerror}", where=str(samples)) from error
    planted = []
    for recipe in recipes:
        target = workspace.recipes / recipe.name
        if not os.path.lexists(target) and _plant(workspace, recipe, target):
            planted.append(recipe.name)
    return tuple(planted)


def _plant(workspace: Workspace, recipe: Path, target: Path) -> bool:
    """Make one repository beside its place and move it there whole; ``False`` if somebody was faster."""
    versions = sorted((path for path in recipe.iterdir() if path.is_dir()), key=lambda path: version_key(path.name))
    try:
        workspace.make(workspace.recipes)
        with tempfile.TemporaryDirectory(prefix=f".{recipe.name}-", dir=workspace.recipes) as draft:
            repository = Path(draft) / recipe.name
            repository.mkdir()
            git(repository, "init", "--quiet", "--template=", "--object-format=sha1", "--initial-branch=main")
            git(repository, "fast-import", "--quiet", given=b"".join(_commits(recipe.name, versions)))
            git(repository, "reset", "--quiet", "--hard", "main")
            try:
                repository.rename(target)
            except OSError:
                if target.exists():
                    return False
                raise
    except OSError as error:
        raise CommonsError(
            f"the sample recipe {recipe.name} cannot be made: {error.strerror}",
            where=str(target),
            hint="check the disk and who may write there",
        ) from error
    return True


def _commits(recipe: str, versions: list[Path]) -> list[bytes]:
    """Give the stream of git fast-import: a commit and an annotated tag for each version, oldest first."""
    stream = []
    for number, folder in enumerate(versions):
        who = f"{_AUTHOR} {_FIRST + number * _WEEK} +0000"
        message = _data(f"chore: publish {folder.name} release\n".encode())
        stream.append(f"commit refs/heads/main\nmark :{number + 1}\nauthor {who}\ncommitter {who}\n".encode() + message)
        if number:
            stream.append(f"from :{number}\n".encode())
        stream.append(b"deleteall\n")
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            name = path.relative_to(folder).as_posix()
            stream.append(f"M 100644 inline {name}\n".encode() + _data(path.read_bytes()))
        stream.append(f"\ntag {folder.name}\nfrom :{number + 1}\ntagger {who}\n".encode())
        stream.append(_data(f"{recipe} {folder.name}\n".encode()))
    return stream


def _data(content: bytes) -> bytes:
    return b"data %d\n" % len(content) + content + b"\n"
