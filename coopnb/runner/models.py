"""Models: the runbooks as they are shipped, and the parameters they declare."""

from __future__ import annotations

import ast
import io
import subprocess
import tokenize
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import nbformat

from coopnb.errors import InputError
from coopnb.record.digests import digest_of

PARAMETERS_TAG = "parameters"
INJECTED_TAG = "injected-parameters"
INDEX = "index"
KINDS = ("runbooks", "lessons", "drills")
"""The folders of models, beside each other."""
LAID = ("lessons", "drills")
"""Those of which one copy lies beside the index: their links to each other hold only there."""
_PACKAGE = Path(__file__).resolve().parents[1]


def models_folder(kind: str = "runbooks") -> Path:
    """Where the models lie: in the package when it is installed, beside it in a checkout."""
    installed = _PACKAGE / "notebooks" / kind
    return installed if installed.is_dir() else _PACKAGE.parent / "notebooks" / kind


def model_names(kind: str = "runbooks") -> tuple[str, ...]:
    """The names of all runbooks, or of all lessons or drills; the index is what leads to them, and none of them."""
    return tuple(sorted(path.stem for path in models_folder(kind).glob("*.ipynb") if path.stem != INDEX))


def find_model(runbook: str) -> Path:
    """The model of a runbook, a lesson or a drill, by its name or by a path.

    Raises:
        InputError: there is none; it says which there are.
    """
    path = Path(runbook)
    if path.suffix == ".ipynb" and path.is_file():
        return path.resolve()
    for kind in KINDS:
        named = models_folder(kind) / f"{runbook}.ipynb"
        if "/" not in runbook and named.is_file():
            return named
    known = [name for kind in KINDS for name in model_names(kind)]
    near = get_close_matches(runbook, known, n=1)
    raise InputError(
        f"there is no runbook {runbook}" + (f"; did you mean {near[0]}?" if near else ""),
        what=f"there are: {', '.join(known) or 'none'}",
        where=str(models_folder()),
        hint="Name one of them, or give the path of a notebook.",
    )


def read_model(path: Path) -> Any:
    """The notebook, as nbformat has it.

    Raises:
        InputError: it cannot be read as a notebook.
    """
    try:
        return nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, nbformat.ValidationError) as error:
        raise InputError(f"the runbook cannot be read: {error}", where=str(path)) from error


def model_commit(path: Path) -> str:
    """The commit the model is at (``abc1234``, with ``+changes`` if it differs from it), or empty outside git."""
    try:
        commit = _git(path, "log", "-1", "--format=%h", "--", path.name)
        changed = _git(path, "status", "--porcelain", "--", path.name)
    except (OSError, subprocess.SubprocessError):
        return ""
    return f"{commit}+changes" if commit and changed else commit


def cell_digests(notebook: Any) -> dict[str, str]:
    """Cell id -> SHA-256 of its source: a copy's cells are held against these."""
    return {cell.id: digest_of(cell.source) for cell in notebook.cells}


def declared(notebook: Any) -> dict[str, Any]:
    """The parameters of a notebook and their defaults: the assignments of its tagged cell.

    Raises:
        InputError: the cell holds something else than names and plain values.
    """
    return _assignments(_parameters_source(notebook))


def meanings(notebook: Any) -> dict[str, str]:
    """The parameters of a notebook and what each means: the comment beside its assignment, blank without one.

    Raises:
        InputError: as :func:`declared`.
    """
    source = _parameters_source(notebook)
    said = dict.fromkeys(_assignments(source), "")
    name = ""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.NAME and token.start[1] == 0:
            name = token.string
        elif token.type == tokenize.COMMENT and name in said and token.start[1] > 0:
            said[name] = token.string.lstrip("# ")
    return said


def _parameters_source(notebook: Any) -> str:
    tagged = (cell for cell in notebook.cells if PARAMETERS_TAG in cell.metadata.get("tags", ()))
    return next((str(cell.source) for cell in tagged), "")


def _assignments(source: str) -> dict[str, Any]:
    try:
        return {
            target.id: ast.literal_eval(statement.value)
            for statement in ast.parse(source).body
            if isinstance(statement, ast.Assign)
            for target in statement.targets
            if isinstance(target, ast.Name)
        }
    except (SyntaxError, ValueError) as error:
        raise InputError(
            "the runbook's parameters cannot be read",
            what=str(error),
            where=f"the cell tagged {PARAMETERS_TAG}",
            hint='It takes lines like server = "practice", with plain values.',
        ) from error


def with_parameters(notebook: Any, given: Mapping[str, str], where: str) -> None:
    """Add one cell after the declared parameters that sets the given ones, as papermill does.

    Raises:
        InputError: a name is not declared.
    """
    names = declared(notebook)
    if unknown := sorted(given.keys() - names.keys()):
        near = get_close_matches(unknown[0], names, n=1)
        raise InputError(
            f"the runbook has no parameter {', '.join(unknown)}" + (f"; did you mean {near[0]}?" if near else ""),
            what=f"it has: {', '.join(names)}",
            where=where,
            hint=f"Pass them as -p name=value. What each means: coopnb run {Path(where).stem} --help",
        )
    if not given:
        return
    source = "\n".join(f"{name} = {given[name]!r}" for name in names if name in given)
    cell = nbformat.v4.new_code_cell(source, id=INJECTED_TAG, metadata={"tags": [INJECTED_TAG]})  # type: ignore[no-untyped-call]
    at = next(i for i, cell in enumerate(notebook.cells) if PARAMETERS_TAG in cell.metadata.get("tags", ()))
    notebook.cells.insert(at + 1, cell)


def _git(path: Path, *arguments: str) -> str:
    command = ["git", "-C", str(path.parent), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)
    return done.stdout.strip()
