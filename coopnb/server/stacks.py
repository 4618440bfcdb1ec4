"""Any stack files, as ``docker stack deploy`` takes them."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from coopnb import convert, envfile, lint, recipe
from coopnb.errors import InputError
from coopnb.model.recipe import RecipeVersion
from coopnb.model.stack import Stack
from coopnb.recipe.files import RecipeFiles

STACK_FILES = "stack files"
"""What stands for a recipe's name, where the names of files stand for its version."""
Settings = Mapping[str, str] | Path | str | None
"""Setting name -> value, or the path of a file in the form of ``.env``."""


def load_stack(files: Sequence[Path | str], name: str, settings: Settings = None) -> Stack:
    """Load stack files: what ``docker stack deploy -c FILE... NAME`` sends, and what there is to say of them.

    Nothing is added to what the files say, and nothing is taken from the environment of whoever calls.

    Args:
        files: merged in order; relative paths in all of them begin at the folder of the first one.
        settings: what ``${...}`` is filled in with.

    Raises:
        InputError: no file, or a name that docker does not take.
        SettingsError, RecipeError, ConvertError: with file, line and key path.
    """
    if not files:
        raise InputError("no stack file is named", hint="name at least one")
    if not name or re.search(r"[\s'\"]", name):
        hint = "give it a name of letters, digits, - and _"
        raise InputError(f"{name[:80]!r} cannot be the name of a stack", hint=hint)
    root = Path(files[0]).absolute().parent
    names = [os.path.relpath(Path(file).absolute(), root) for file in files]
    source = RecipeVersion(STACK_FILES, ", ".join(names), commit="", tagged=False, root=root)
    values = values_of(settings)
    read = recipe.load(source, names, values, RecipeFiles(root, by_hand=True))
    return convert.convert_files(replace(read, findings=(*read.findings, *lint.look_at(read))), name, values)


def values_of(settings: Settings) -> dict[str, str]:
    """Setting name -> value.

    Raises:
        SettingsError: a file that is missing, or cannot be read.
    """
    if isinstance(settings, str | Path):
        return envfile.read(Path(settings)).values
    return dict(settings or {})
