"""Recipes from elsewhere: cloned once, then brought up to date in references and tags only.

The folder is laid out as the field's tools expect it, a repository with a work tree. What is checked out in a
repository that is there already is the operator's: no file of it, no index and no branch is ever touched.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from coopnb.commons import network
from coopnb.commons.addresses import Address, without_credentials
from coopnb.commons.git import git
from coopnb.commons.network import Say
from coopnb.commons.remembered import remember
from coopnb.commons.versions import PublishedVersion, recipe_folder, resolve, versions
from coopnb.errors import CommonsError
from coopnb.workspace import Workspace

_TAG = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+/-]*")
_SHA = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_BRANCH = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._+/-]*")
_HEADS = "+refs/heads/*:refs/remotes/origin/*"


@dataclass(frozen=True, slots=True)
class MovedTag:
    """A tag that names another commit where it comes from than it does here; here it stays as it is."""

    version: str
    here: str
    there: str


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a fetch brought.

    Attributes:
        first: whether the recipe was not in the workspace before.
        new: versions that were not known before, newest first.
        moved: tags that were moved at the source since.
        versions: all versions there are now, newest first.
    """

    recipe: str
    folder: Path
    source: str
    first: bool
    new: tuple[str, ...]
    moved: tuple[MovedTag, ...]
    versions: tuple[PublishedVersion, ...]


@dataclass(frozen=True, slots=True)
class _Remote:
    """What a remote says it has: tag -> commit, and the branch that is its default."""

    tags: Mapping[str, str]
    branch: str


def fetch(workspace: Workspace, address: Address, say: Say | None = None) -> Fetched:
    """Clone a recipe, or bring the one that was cloned from there up to date.

    Raises:
        CommonsError: it cannot be had, or another recipe has its folder; what was there before is as it was.
    """
    folder = workspace.recipes / address.name
    if not os.path.lexists(folder):
        return _clone(workspace, address, folder, say)
    here = source_of(folder)
    if here != address.url:
        raise CommonsError(
            f"the folder of {address.name} holds a recipe from somewhere else; nothing was fetched",
            what=f"it comes from {without_credentials(here)}" if here else "it comes from nowhere: it was made here",
            where=str(folder),
            hint="give the new one another name: --as NAME",
        )
    return _update(folder, address.url, first=False, say=say)


def fetch_again(workspace: Workspace, recipe: str, say: Say | None = None) -> Fetched:
    """Bring a recipe of the workspace up to date with where it was cloned from.

    Raises:
        CommonsError: there is no such recipe, it was made here, or its source cannot be had.
    """
    folder = recipe_folder(workspace, recipe)
    source = source_of(folder)
    if source is None:
        raise CommonsError(
            f"{recipe} was made here and comes from nowhere, so there is nothing to fetch",
            where=str(folder),
            hint=f"if it is published somewhere: git -C {folder} remote add origin <its address>",
        )
    return _update(folder, source, first=False, say=say)


def accept_moved(workspace: Workspace, recipe: str, version: str, say: Say | None = None) -> PublishedVersion:
    """Take a tag that moved as it is at its source now; from here on that is what it means.

    A recipe that was made here is its own source.

    Raises:
        CommonsError: there is no such tag, here or there.
    """
    folder = recipe_folder(workspace, recipe)
    if not _TAG.fullmatch(version):
        raise CommonsError(f"{version[:80]!r} is not the name of a tag", where=str(folder))
    if (source := source_of(folder)) is not None:
        _fetch(folder, source, [f"+refs/tags/{version}:refs/tags/{version}"], say)
    commit = resolve(folder, f"refs/tags/{version}")
    if commit is None:
        raise CommonsError(
            f"{recipe} has no tag {version}", where=str(folder), hint=f"coopnb recipe show {recipe} lists its versions"
        )
    remember(workspace, folder.name, version, commit)
    return PublishedVersion(version, commit, tagged=True)


def source_of(folder: Path) -> str | None:
    """Where a recipe was cloned from; ``None`` if it was made here.

    Raises:
        CommonsError: the folder is no git repository.
    """
    git(folder, "rev-parse", "--git-dir")
    try:
        return git(folder, "config", "--local", "--get", "remote.origin.url").decode(errors="replace").strip() or None
    except CommonsError:
        return None


def _clone(workspace: Workspace, address: Address, folder: Path, say: Say | None) -> Fetched:
    """Clone beside its place and move it there whole, so that nobody ever sees half a recipe."""
    workspace.make(workspace.recipes)
    try:
        with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=workspace.recipes) as draft:
            repository = Path(draft) / folder.name
            repository.mkdir()
            git(repository, "init", "--quiet", "--template=", "--initial-branch=main")
            git(repository, "config", "remote.origin.url", address.url)
            git(repository, "config", "remote.origin.fetch", _HEADS)
            fetched = _update(repository, address.url, first=True, say=say)
            repository.rename(folder)
    except OSError as error:
        raise CommonsError(
            f"the recipe {folder.name} cannot be laid down: {error.strerror}",
            where=str(folder),
            hint="check the disk and who may write there; is somebody else fetching it at this moment?",
        ) from error
    return Fetched(folder.name, folder, fetched.source, True, fetched.new, (), fetched.versions)


def _update(folder: Path, source: str, *, first: bool, say: Say | None) -> Fetched:
    remote = _ask(folder, source, say)
    here = _tags(folder)
    fresh = [tag for tag in remote.tags if tag not in here]
    _fetch(folder, source, [_HEADS, *(f"refs/tags/{tag}:refs/tags/{tag}" for tag in fresh)], say)
    if first:
        _check_out(folder, remote.branch, source)
    moved = [MovedTag(tag, here[tag], commit) for tag, commit in remote.tags.items() if here.get(tag, commit) != commit]
    known = versions(folder)
    return Fetched(
        recipe=folder.name,
        folder=folder,
        source=without_credentials(source),
        first=first,
        new=tuple(item.version for item in known if item.version in set(fresh)),
        moved=tuple(sorted(moved, key=lambda tag: tag.version)),
        versions=known,
    )


def _ask(folder: Path, source: str, say: Say | None) -> _Remote:
    """Ask which references there are; a name that could mean something else to git is left out."""
    tags: dict[str, str] = {}
    branch = ""
    with _named(source):
        said = network.talk(folder, "ls-remote", "--symref", "origin", say=say, seconds=network.ASKING)
    for line in said.decode(errors="replace").splitlines():
        value, _, name = line.partition("\t")
        if value.startswith("ref: refs/heads/") and name == "HEAD":
            branch = value.removeprefix("ref: refs/heads/")
        tag = name.removeprefix("refs/tags/").removesuffix("^{}")
        if name.startswith("refs/tags/") and _TAG.fullmatch(tag) and ".." not in tag and _SHA.fullmatch(value):
            tags[tag] = value  # the commit of an annotated tag comes after the tag itself
    return _Remote(tags, branch if _BRANCH.fullmatch(branch) and ".." not in branch else "")


def _tags(folder: Path) -> dict[str, str]:
    listing = git(folder, "for-each-ref", "--format=%(refname:strip=2)%00%(objectname)%00%(*objectname)", "refs/tags")
    rows = (line.split("\0") for line in listing.decode(errors="replace").splitlines())
    return {tag: peeled or own for tag, own, peeled in rows}


def _fetch(folder: Path, source: str, wanted: list[str], say: Say | None) -> None:
    arguments = ("--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--no-auto-maintenance", "--progress")
    given = "\n".join(wanted).encode() + b"\n"
    with _named(source):
        network.talk(folder, "fetch", *arguments, "--stdin", "origin", given=given, say=say)


@contextmanager
def _named(source: str) -> Iterator[None]:
    """Where a remote cannot be had, its address is the place that matters: a draft's folder is gone by then."""
    try:
        yield
    except CommonsError as error:
        error.where = without_credentials(source)
        raise


def _check_out(folder: Path, branch: str, source: str) -> None:
    """Lay out the work tree of a fresh clone as any clone has it, for the field's tools and for editing."""
    commit = resolve(folder, f"refs/remotes/origin/{branch}") if branch else None
    if commit is None:
        raise CommonsError(
            "the repository has no default branch with a commit, so it is no recipe",
            where=without_credentials(source),
            hint="check the address; its maintainers see it with: git ls-remote --symref <address> HEAD",
        )
    git(folder, "update-ref", f"refs/heads/{branch}", commit)
    git(folder, "symbolic-ref", "HEAD", f"refs/heads/{branch}")
    git(folder, "config", f"branch.{branch}.remote", "origin")
    git(folder, "config", f"branch.{branch}.merge", f"refs/heads/{branch}")
    git(folder, "reset", "--quiet", "--hard")
