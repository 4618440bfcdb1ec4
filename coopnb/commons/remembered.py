"""Which commit a tag meant when it was used here first: a tag is a promise that git does not keep by itself.

One line of JSON a use, in ``<workspace>/coopnb/commits.jsonl``; the last line of a version counts.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from coopnb.errors import CommonsError
from coopnb.workspace import Workspace

_LARGEST = 16 << 20


def remembered(workspace: Workspace, recipe: str) -> dict[str, str]:
    """Version -> the commit it meant when it was used, of every version of a recipe used in this workspace.

    Raises:
        CommonsError: the file is there and cannot be read.
    """
    found: dict[str, str] = {}
    for line in _lines(_file(workspace)):
        try:
            name, version, commit = json.loads(line)
        except ValueError:
            continue  # half a line is what a full disk left; it said nothing yet
        if name == recipe:
            found[str(version)] = str(commit)
    return found


def remember(workspace: Workspace, recipe: str, version: str, commit: str) -> None:
    """Note what a version means from here on; one that is noted already costs no write.

    Raises:
        CommonsError: it cannot be noted.
    """
    path = _file(workspace)
    if remembered(workspace, recipe).get(version) == commit:
        return
    workspace.make(workspace.own)
    line = json.dumps([recipe, version, commit]) + "\n"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(descriptor, line.encode())  # in one piece, so that two processes never mix their lines
        finally:
            os.close(descriptor)
    except OSError as error:
        raise _unusable(path, error) from error


def refuse_moved(workspace: Workspace, recipe: str, version: str, commit: str) -> None:
    """Raise if a tag means another commit than when it was used here before.

    Raises:
        CommonsError: with both commits, and how the new one is accepted.
    """
    before = remembered(workspace, recipe).get(version, commit)
    if before != commit:
        raise CommonsError(
            f"the tag {version} of {recipe} moved: it is not the content that was used here before",
            what=f"used before: commit {before}\nnow:         commit {commit}",
            where=str(workspace.recipes / recipe),
            hint=f"ask its maintainers why; to look: git -C {workspace.recipes / recipe} diff {before[:12]} "
            f"{commit[:12]}\nto use the new one from here on: coopnb recipe fetch {recipe} --accept-moved {version}",
        )


def _file(workspace: Workspace) -> Path:
    return workspace.own / "commits.jsonl"


def _lines(path: Path) -> list[str]:
    try:
        with path.open("rb") as file:
            return file.read(_LARGEST).decode(errors="replace").splitlines()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise _unusable(path, error) from error


def _unusable(path: Path, error: OSError) -> CommonsError:
    return CommonsError(
        f"what versions meant before cannot be looked up or noted: {error.strerror}",
        where=str(path),
        hint="check the disk and who may read and write there",
    )
