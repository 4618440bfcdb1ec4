"""What somebody names to have it checked or converted: a recipe's folder, an app's ``.env``, stack files."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from coopnb import convert, envfile
from coopnb.errors import CoopError, InputError
from coopnb.model.app import App
from coopnb.model.finding import Finding
from coopnb.model.origin import Origin
from coopnb.model.recipe import Recipe
from coopnb.model.stack import Stack
from coopnb.server.loading import app_at, app_of, compose_files
from coopnb.server.recipes import as_it_lies, sample_app
from coopnb.server.stacks import Settings, load_stack, values_of

Paths = Path | str | Sequence[Path | str]

UNREADABLE = "unreadable"
"""The rule of a finding that stands for an error: nothing behind its place was looked at."""
_PLACE = re.compile(r"(?P<file>[^\n]+?):(?P<line>\d+)(?::(?P<column>\d+))?(?:  (?P<path>.+))?")


def findings(given: App | Recipe | Stack | Paths, *, settings: Settings = None) -> tuple[Finding, ...]:
    """Everything there is to say before a server is asked: sorted, worst first, never an exception.

    Args:
        given: an app, a recipe or a stack that was loaded; or the path of an app's ``.env``, of a recipe's folder,
            of a stack file, or of several that are merged. What cannot be read there is a finding, too.
        settings: for a folder or for stack files; by default what the folder's sample proposes, or none.
    """
    try:
        if isinstance(given, Recipe | Stack):
            return tuple(sorted(given.findings, key=Finding.sort_key))
        stack = convert.convert(given) if isinstance(given, App) else stack_at(given, settings=settings)
    except CoopError as error:
        return (unreadable(error),)
    return tuple(sorted(stack.findings, key=Finding.sort_key))


def stack_at(given: Paths, name: str = "", *, settings: Settings = None) -> Stack:
    """What lies at a path, or at several, as swarm would be told; see :func:`findings`.

    Args:
        name: of the stack, for stack files; by default ``STACK_NAME`` of the settings, or the folder's name.

    Raises:
        CoopError: it cannot be read or converted; with file, line and key path.
    """
    paths = [Path(given)] if isinstance(given, str | Path) else [Path(path) for path in given]
    if not paths:
        raise InputError("no file is named", hint="name a stack file, an app's .env, or a recipe's folder")
    first, alone = paths[0], len(paths) == 1
    if alone and first.suffix == ".env" and not first.is_dir():
        if settings is not None:
            raise InputError(f"{first} is an app's settings, so it takes no others", hint="leave the others out")
        return convert.convert(app_at(first))
    values = values_of(settings)
    if alone and first.is_dir():
        if isinstance(settings, str | Path):
            path = Path(settings)
            return convert.convert(app_of(envfile.read(path), path, path.name.removesuffix(".env"), as_it_lies(first)))
        if settings is None and (first / ".env.sample").is_file():
            return convert.convert(sample_app(as_it_lies(first)))
        paths = [first / file for file in compose_files(values)]
    return load_stack(paths, name or values.get("STACK_NAME") or _name_of(paths[0]), values)


def stack_files_at(given: Sequence[Path | str], name: str, *, settings: Settings = None) -> Stack:
    """The stack of files that are deployed by themselves, with nothing added to them.

    A folder stands for its compose files: those that ``COMPOSE_FILE`` of the settings names, or ``compose.yml``.

    Raises:
        InputError: a path is not there, or a folder without these files; or what is named is an app's ``.env`` or a
            recipe's folder: their app has a domain, labels and secrets to be made, which deploy-app sees to.
        CoopError: as :func:`coopnb.server.stacks.load_stack`.
    """
    values = values_of(settings)
    return load_stack([file for path in given for file in _stack_files(Path(path), values)], name, values)


def _stack_files(path: Path, values: Mapping[str, str]) -> list[Path]:
    if not path.exists():
        raise InputError(f"there is no {path}; nothing was done", hint="name a stack file, or a folder that has one")
    if path.suffix == ".env" or path.name == ".env":
        raise InputError(
            f"{path} holds settings and is no stack file; nothing was done",
            hint="An app is deployed by its runbook: coopnb run deploy-app --help\n"
            f"Settings that fill in stack files are named beside them: --settings {path}",
        )
    if not path.is_dir():
        return [path]
    wanted = compose_files(values)
    if (path / ".env.sample").is_file():
        raise InputError(
            f"{path} is a recipe's folder; nothing was done",
            hint="An app of a recipe is deployed by its runbook: coopnb run deploy-app --help\n"
            f"To deploy the files alone, name them: {' '.join(str(path / file) for file in wanted)}",
        )
    if lacking := [file for file in wanted if not (path / file).is_file()]:
        there = sorted(str(file) for pattern in ("*.yml", "*.yaml") for file in path.glob(pattern))
        raise InputError(
            f"the folder {path} has no {', '.join(lacking)}; nothing was done",
            hint=f"name the file that is meant: {', '.join(there)}" if there else "name a stack file",
        )
    return [path / file for file in wanted]


def _name_of(file: Path) -> str:
    return re.sub("[^a-zA-Z0-9_-]+", "-", file.absolute().parent.name).strip("-") or "stack"


def unreadable(error: CoopError) -> Finding:
    """The finding that stands for an error, at the place that the error names."""
    first = (error.where or "").partition("\n")[0]
    place = _PLACE.fullmatch(first)
    text = "; ".join(part for part in (error.headline, error.what, None if place else first) if part)
    if place is None:
        return Finding("error", UNREADABLE, text, hint=error.hint)
    origin = Origin(place["file"], int(place["line"]), (), int(place["column"] or 0))
    # An error tells its key path as text: as one part it reads the same.
    return Finding("error", UNREADABLE, text, origin, (place["path"],) if place["path"] else (), error.hint)
