"""The corpus: its cases, coopnb's reading of each, and what the docker CLI makes of the same files."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from coopnb import envfile
from coopnb.errors import RecipeError
from coopnb.recipe.files import RecipeFiles
from coopnb.recipe.load import Reading, read_files
from tests.recipe.printed import Plain, printed
from tests.testbed.cli import docker_cli

CORPUS = Path(__file__).parents[1] / "corpus"
SECONDS = 60


@dataclass(frozen=True, slots=True)
class Case:
    """One or more files that are read together.

    Attributes:
        name: the way to it within the corpus, without a suffix.
        settings: what its ``.env`` says, if it has one.
        refused: whether ``docker stack config`` refuses it; ``undeployable``: whether only the deploy does;
            ``rejected``: whether only an engine does, which may depend on its version and plugins.
    """

    name: str
    folder: Path
    files: tuple[str, ...]
    settings: Mapping[str, str]
    refused: bool = False
    undeployable: bool = False
    rejected: bool = False

    def read(self) -> Reading:
        """Read it as ``docker stack config`` does.

        Raises:
            RecipeError: it is refused.
        """
        return read_files(RecipeFiles(self.folder), self.files, self.settings)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the docker CLI prints of a case, or why it does not."""

    text: str
    error: str


def cases() -> list[Case]:
    """Every case of the corpus, small ones first."""
    return [*_small(), *_recipes()]


def _small() -> Iterator[Case]:
    for path in sorted((CORPUS / "small").rglob("*.yml")):
        if "+" in path.stem or path.parent.parent != CORPUS / "small":
            continue
        more = sorted(path.parent.glob(f"{path.stem}+*.yml"))
        yield Case(
            name=f"{path.parent.name}/{path.stem}",
            folder=path.parent,
            files=(path.name, *(each.name for each in more)),
            settings=_settings(path.with_suffix(".env")),
            refused=path.stem.startswith("refused-"),
            undeployable=path.stem.startswith("undeployable-"),
            rejected=path.stem.startswith("rejected-"),
        )


def _recipes() -> Iterator[Case]:
    for folder in sorted((CORPUS / "recipes").glob("*/")):
        settings = {"STACK_NAME": folder.name.replace("-", "_"), **_settings(folder / ".env")}
        files = [name for name in settings.get("COMPOSE_FILE", "").split(":") if name] or ["compose.yml"]
        yield Case(f"recipes/{folder.name}", folder, tuple(files), settings)


def _settings(path: Path) -> dict[str, str]:
    return envfile.read(path).values if path.is_file() else {}


def answers(asked: Sequence[Case]) -> list[Answer]:
    """Ask the docker CLI for each case, as many at once as there are processors."""
    with ThreadPoolExecutor(os.cpu_count() or 1) as workers:
        return list(workers.map(_ask, asked))


def _ask(case: Case) -> Answer:
    files = [word for name in case.files for word in ("-c", name)]
    environment = {**case.settings, "PATH": "/usr/bin:/bin", "DOCKER_CONFIG": "/nonexistent"}
    command = [str(docker_cli()), "stack", "config", *files]
    done = subprocess.run(
        command, cwd=case.folder, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    return Answer(done.stdout, done.stderr.strip() if done.returncode else "")


def canonical_form(case: Case) -> Plain:
    """coopnb's canonical form of a case.

    Raises:
        RecipeError: it is refused.
    """
    return printed(case.read().compose, case.folder.resolve())


def its_form(answer: Answer) -> Plain:
    """docker's canonical form: what it prints is read as plain YAML, every type as it stands there.

    Extensions (``x-...``) are printed by docker and mean nothing to anybody, so they are taken off. A limit that is
    written as one number is printed so, and means both; a pair of zeros is printed as nothing.
    """
    form: Plain = _without_extensions(yaml.load(answer.text, Loader=_AsWritten), 0)
    for service in form["services"].values():
        for name, limit in service.get("ulimits", {}).items():
            if isinstance(limit, int):
                service["ulimits"][name] = {"soft": limit, "hard": limit}
    return form


class _AsWritten(yaml.SafeLoader):
    """YAML without its surprises: Go quotes what is text and not plainly so, hence times and octals do not occur."""


_AsWritten.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith((":timestamp", ":merge", ":value"))]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _without_extensions(value: Any, depth: int) -> Any:
    if not isinstance(value, dict):
        return value
    kept = {key: entry for key, entry in value.items() if depth not in (0, 2) or not str(key).startswith("x-")}
    return {key: _without_extensions(entry, depth + 1) if depth < 2 else entry for key, entry in kept.items()}


def difference(case: Case, answer: Answer) -> str:
    """Say how coopnb and docker differ on a case; an empty text where they agree."""
    try:
        mine = canonical_form(case)
    except RecipeError as error:
        return "" if answer.error else f"{case.name}: only coopnb refuses it: {error}"
    if answer.error:
        return f"{case.name}: only docker refuses it: {answer.error.splitlines()[-1]}"
    return "\n".join(f"{case.name}: {line}" for line in apart(mine, its_form(answer)))


def apart(mine: Any, its: Any, at: str = "") -> Iterator[str]:
    """Say where coopnb's values and docker's differ, a line for each place."""
    if isinstance(mine, dict) and isinstance(its, dict):
        for key in sorted({*mine, *its}, key=str):
            if key not in its:
                yield f"{at}.{key}: only coopnb has {mine[key]!r}"
            elif key not in mine:
                yield f"{at}.{key}: only docker has {its[key]!r}"
            else:
                yield from apart(mine[key], its[key], f"{at}.{key}")
    elif isinstance(mine, list) and isinstance(its, list) and len(mine) == len(its):
        for index, (one, other) in enumerate(zip(mine, its, strict=True)):
            yield from apart(one, other, f"{at}[{index}]")
    elif mine != its or type(mine) is not type(its):
        yield f"{at}: coopnb has {mine!r}, docker {its!r}"
