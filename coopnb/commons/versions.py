"""Which recipes there are, and which versions of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from coopnb.commons.git import git
from coopnb.errors import CommonsError
from coopnb.workspace import Workspace

SHORT = 8
"""Hex digits of a short commit, as the field writes them."""

_VERSION = re.compile(r"(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z.-]+))?\+([0-9A-Za-z][0-9A-Za-z._+-]*)")
_RECIPE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9_-])?")
_NUMBERS = re.compile(r"\d+")

_TAG_FIELDS = "%00".join(
    (
        "%(refname:strip=2)",
        "%(objectname)",
        "%(*objectname)",
        "%(tree)",
        "%(*tree)",
    )  # *: of what an annotated tag names
)

VersionKey = tuple[tuple[int, int, int], bool, tuple[tuple[int, str], ...], tuple[tuple[int, str], ...]]


@dataclass(frozen=True, slots=True)
class PublishedVersion:
    """A version a recipe can be had at.

    Attributes:
        version: the tag, or the short commit of a recipe without a valid tag.
        commit: the full commit id.
        tagged: whether ``version`` is a tag.
        tree: the id of its files; empty where it was not asked for.
    """

    version: str
    commit: str
    tagged: bool
    tree: str = ""


def names(workspace: Workspace) -> tuple[str, ...]:
    """Give the recipes of a workspace: the folders of ``recipes/`` that are git repositories, sorted."""
    try:
        return tuple(sorted(path.name for path in workspace.recipes.iterdir() if (path / ".git").exists()))
    except (FileNotFoundError, NotADirectoryError):
        return ()
    except OSError as error:
        raise CommonsError(
            f"the recipes cannot be listed: {error.strerror}",
            where=str(workspace.recipes),
            hint="check who owns the folder",
        ) from error


def recipe_folder(workspace: Workspace, recipe: str) -> Path:
    """Find the repository of a recipe; one that is named by a git path lies where the field's tools put it.

    ``git.example.org/ana/cool-wiki`` is ``recipes/git_example_org_ana_cool-wiki``.

    Raises:
        CommonsError: that is no name, or there is no such recipe; it says which there are.
    """
    name = recipe.replace("/", "_").replace(".", "_") if "/" in recipe else recipe
    if not _RECIPE.fullmatch(name) or ".." in recipe:
        raise CommonsError(
            f"{recipe[:80]!r} is not the name of a recipe", hint="letters, digits, '.', '-' and '_', as in wiki"
        )
    folder = workspace.recipes / name
    if not folder.is_dir():
        there = names(workspace)
        raise CommonsError(
            f"there is no recipe {recipe}",
            what="there are: " + ", ".join(there) if there else "there are no recipes yet",
            where=str(workspace.recipes),
            hint="check the name, or fetch it: coopnb recipe fetch NAME, or its address",
        )
    return folder


def versions(folder: Path) -> tuple[PublishedVersion, ...]:
    """Give the versions of a recipe, newest first: its tags ``<semver>+<upstream>``.

    A recipe without such a tag has one version, the short commit of what is checked out.

    Raises:
        CommonsError: the folder is no git repository, or has no commit.
    """
    listing = git(folder, "for-each-ref", f"--format={_TAG_FIELDS}", "refs/tags")
    found = []
    for line in listing.decode(errors="replace").splitlines():
        tag, own, peeled, own_tree, peeled_tree = line.split("\0")
        if _VERSION.fullmatch(tag):
            found.append(PublishedVersion(tag, peeled or own, tagged=True, tree=peeled_tree or own_tree))
    if found:
        return tuple(sorted(found, key=lambda published: version_key(published.version), reverse=True))
    commit = resolve(folder, "HEAD")
    if commit is None:
        raise CommonsError(
            f"the recipe {folder.name} has no version: its repository has no commit",
            where=str(folder),
            hint="commit its files there, or fetch them",
        )
    return (PublishedVersion(commit[:SHORT], commit, tagged=False),)


def resolve(folder: Path, name: str) -> str | None:
    """Give the full id of a commit by any name git knows it under, or ``None``."""
    try:
        found = git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    except CommonsError as error:
        if error.headline == "git rev-parse failed":
            return None
        raise
    return found.decode().strip().splitlines()[-1]


def is_version(text: str) -> bool:
    """Tell whether a tag is a version as the field writes them: ``<semver>+<upstream>``."""
    return bool(_VERSION.fullmatch(text))


def version_key(version: str) -> VersionKey:
    """Order versions as the field does: by the recipe's own semver, then by the version of its app.

    >>> max("1.9.0+2.0", "1.10.0+1.39.8", "1.10.0+1.39.17", key=version_key)
    '1.10.0+1.39.17'

    Raises:
        CommonsError: it is not ``<semver>+<upstream>``.
    """
    match = _VERSION.fullmatch(version)
    if not match:
        raise CommonsError(f"{version[:80]!r} is not a version", hint="<semver>+<upstream>, as in 1.2.0+1.39.8")
    major, minor, patch, early, upstream = match.groups()
    return (int(major), int(minor), int(patch)), early is None, _natural(early or ""), _natural(upstream)


def _natural(text: str) -> tuple[tuple[int, str], ...]:
    """Order digits by their number and the rest by its letters; a number goes before letters."""
    return tuple(
        (int(part), "") if _NUMBERS.fullmatch(part) else (1 << 62, part) for part in re.findall(r"\d+|[^\d.]+", text)
    )
