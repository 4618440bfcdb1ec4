"""One version of a recipe, read out of its repository into a folder of its own."""

from __future__ import annotations

import filecmp
import io
import re
import tarfile
import tempfile
from contextlib import suppress
from pathlib import Path, PurePosixPath

from coopnb.commons.git import git
from coopnb.commons.remembered import refuse_moved, remember
from coopnb.commons.tree import holds
from coopnb.commons.versions import SHORT, PublishedVersion, recipe_folder, resolve, versions
from coopnb.errors import CommonsError
from coopnb.model.recipe import RecipeVersion
from coopnb.workspace import Workspace

LARGEST = 64 << 20
"""Bytes of the largest version that is read; a recipe is a few small files."""

_COMMIT = re.compile(r"[0-9a-f]{7,40}")
_SHOWN = 10


def read_version(workspace: Workspace, recipe: str, version: str, into: Path) -> RecipeVersion:
    """Read the files of a version with ``git archive`` into a folder below ``into``.

    The repository stays as it is: no checkout moves, nothing is written. The folder is named by the
    recipe and the commit; one that is there already is used again only if it holds the same bytes, which
    its id as a git tree tells without asking git for them. Which commit a tag meant is remembered in the
    workspace, and one that means another later is refused.

    Args:
        version: a tag, or a commit's first 7 to 40 hex digits; the newest version if empty.

    Raises:
        CommonsError: there is no such recipe or version; it says which there are. Or the tag moved.
    """
    folder = recipe_folder(workspace, recipe)
    published = _find(folder, recipe, version)
    if published.tagged:
        refuse_moved(workspace, folder.name, published.version, published.commit)
        remember(workspace, folder.name, published.version, published.commit)
    root = into / f"{folder.name}-{published.commit[:SHORT]}"
    if not holds(root, published.tree):
        _lay_down(git(folder, "archive", "--format=tar", published.commit), root, f"{recipe} {published.version}")
    return RecipeVersion(
        recipe=recipe,
        version=published.version,
        commit=published.commit,
        tagged=published.tagged,
        root=root,
        notes=_notes(root, published.version),
    )


def _find(folder: Path, recipe: str, version: str) -> PublishedVersion:
    known = versions(folder)
    if not version:
        return known[0]
    for published in known:
        if published.version == version:
            return published
    if commit := resolve(folder, f"refs/tags/{version}"):
        return PublishedVersion(version, commit, tagged=True)
    if _COMMIT.fullmatch(version) and (commit := resolve(folder, version)):
        return PublishedVersion(commit[:SHORT], commit, tagged=False)
    if version.endswith("+U"):
        raise CommonsError(
            f"{version} of {recipe} was deployed from files that were never committed, so it cannot be read again",
            where=str(folder),
            hint=f"name a version: {known[0].version} is the newest",
        )
    listed = ", ".join(published.version for published in known[:_SHOWN])
    raise CommonsError(
        f"the recipe {recipe} has no version {version[:80]}",
        what=f"it has: {listed}" + (f", and {len(known) - _SHOWN} older ones" if len(known) > _SHOWN else ""),
        where=str(folder),
        hint=f"choose one of them, or fetch newer ones: coopnb recipe fetch {recipe}",
    )


def _lay_down(archive: bytes, root: Path, what: str) -> None:
    """Put the files of an archive in their place, whole or not at all."""
    try:
        root.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{root.name}-", dir=root.parent) as draft:
            files = Path(draft) / "files"
            files.mkdir()
            _extract(archive, files, what)
            _settle(files, root, Path(draft) / "old")
    except OSError as error:
        raise CommonsError(
            f"the files of {what} cannot be laid down: {error.strerror}",
            where=str(root),
            hint="check the disk and who may write there",
        ) from error


def _extract(archive: bytes, root: Path, what: str) -> None:
    """Lay down folders, files and links; nothing may reach out of the folder, and nothing else is taken.

    The rules are those of :func:`tarfile.data_filter`, which the Python of Debian 12 does not have.
    """
    links: list[tuple[Path, str]] = []
    size = 0
    with tarfile.open(fileobj=io.BytesIO(archive), mode="r:") as tar:
        for member in tar:
            path = root / _inside(member.name, what)
            size += member.size
            if size > LARGEST:
                raise CommonsError(f"{what} is larger than {LARGEST >> 20} MiB", hint="is it a recipe at all?")
            if member.isdir():
                path.mkdir(parents=True, exist_ok=True)
            elif member.issym():
                links.append((path, member.linkname))
            elif member.isreg() and (content := tar.extractfile(member)):
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content.read())
                path.chmod(0o755 if member.mode & 0o100 else 0o644)
            else:
                raise CommonsError(f"{what} holds something that is no file: {member.name[:200]!r}")
    for path, target in links:  # after all files, so that none is written through a link
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(target)
    for path, target in links:
        if not path.resolve().is_relative_to(root.resolve()):
            raise CommonsError(
                f"{what} has a link that leads out of the recipe",
                what=f"{path.relative_to(root)} -> {target[:200]}",
                hint="the recipe's maintainers must replace it by a file",
            )


def _inside(name: str, what: str) -> PurePosixPath:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts:
        raise CommonsError(f"{what} holds a path that leads out of the recipe: {name[:200]!r}")
    return path


def _settle(files: Path, root: Path, old: Path) -> None:
    """Put a whole folder in its place; whoever comes second finds the same bytes and is content."""
    if root.exists() and not _same(files, root):
        with suppress(FileNotFoundError):
            root.rename(old)
    try:
        files.rename(root)
    except OSError:
        if not _same(files, root):
            raise


def _same(left: Path, right: Path) -> bool:
    ours, theirs = _files(left), _files(right)
    return ours == theirs and all(
        (left / name).readlink() == (right / name).readlink()
        if (left / name).is_symlink() and (right / name).is_symlink()
        else filecmp.cmp(left / name, right / name, shallow=False)
        for name in ours
    )


def _files(root: Path) -> set[Path]:
    return {path.relative_to(root) for path in root.rglob("*") if path.is_symlink() or not path.is_dir()}


def _notes(root: Path, version: str) -> str | None:
    path = root / "release" / version
    if path.is_symlink() or not path.is_file():
        return None
    return path.read_text(encoding="utf-8", errors="replace").strip() or None
