"""The one place that calls git: argument lists, no shell, bounded in time, deaf to anybody's configuration."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from coopnb.errors import CommonsError

SECONDS = 30
"""How long one call may take; all of them read or write a small local repository."""


def git(folder: Path, *arguments: str, given: bytes = b"") -> bytes:
    """Run git in a repository and return what it prints.

    The folder itself must be the repository: one that merely lies inside a repository, as
    ``recipes/`` does when a co-op keeps its whole workspace in git, is none.

    Raises:
        CommonsError: git is not installed, took too long, or refused, with its own words.
    """
    command = ["git", "-c", "core.autocrlf=false", "-c", "core.hooksPath=/dev/null", *arguments]
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=_environment(folder),
            input=given,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except FileNotFoundError as error:
        if not folder.is_dir():
            raise CommonsError("the folder of the recipe is gone", where=str(folder)) from error
        raise CommonsError(
            "git is not installed, and recipes are git repositories",
            hint="install it: apt-get install git, or your system's like",
        ) from error
    except NotADirectoryError as error:
        raise CommonsError("the recipe is not a folder", where=str(folder)) from error
    except subprocess.TimeoutExpired as error:
        raise CommonsError(
            f"git took longer than {SECONDS} s",
            what=f"git {arguments[0]}",
            where=str(folder),
            hint="is the disk slow or full, or does another git hold a lock there?",
        ) from error
    if done.returncode:
        raise refused(folder, arguments[0], done.stderr.decode(errors="replace").strip())
    return done.stdout


def _environment(folder: Path) -> dict[str, str]:
    """Give git an environment without its own variables, so that nobody's configuration bends what is read."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return kept | {
        "GIT_CEILING_DIRECTORIES": str(folder.resolve().parent),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C",
    }


def refused(folder: Path, verb: str, words: str) -> CommonsError:
    """Say why git refused, in its own words where ours do not know better."""
    if "not a git repository" in words:
        return CommonsError(
            f"{folder.name} is a folder, but not a git repository",
            where=str(folder),
            hint="a recipe is a git repository: clone it there, or make it one with git init, add and commit",
        )
    if "dubious ownership" in words:
        return CommonsError(
            f"the repository of {folder.name} belongs to another user, so git does not read it",
            where=str(folder),
            hint=f"work as its owner, or make it yours: chown -R $(id -un) {folder}",
        )
    return CommonsError(f"git {verb} failed", what=words[:2000] or None, where=str(folder))
