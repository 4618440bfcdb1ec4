"""A new app: the settings its recipe proposes, under its own domain."""

from __future__ import annotations

import os
from pathlib import Path
from uuid import uuid4

from coopnb.envfile import read, set_value
from coopnb.errors import CommonsError, SettingsError
from coopnb.model.recipe import RecipeVersion
from coopnb.workspace import Workspace


def new_app(workspace: Workspace, server: str, domain: str, version: RecipeVersion) -> Path:
    """Make an app's ``.env`` of its recipe's ``.env.sample``; never overwrite one.

    ``<recipe>.example.com`` becomes the domain wherever it stands, ``DOMAIN`` too, and the type is
    pinned to the version (``TYPE=wiki:1.2.0+1.39.8``). Every other byte is the sample's.

    Raises:
        SettingsError: the app exists, or a name is none.
        CommonsError: the recipe has no ``.env.sample``.
    """
    path = workspace.env_file(server, domain)
    sample_path = version.root / ".env.sample"
    if not sample_path.is_file():
        raise CommonsError(
            f"{version.recipe} {version.version} has no .env.sample, so a new app does not know its settings",
            where=str(version.root),
            hint=f"write the settings by hand into {path}",
        )
    sample = read(sample_path, ".env.sample")
    text = sample.text.replace(f"{version.recipe.rpartition('/')[2]}.example.com", domain)
    if "DOMAIN" in sample.values:
        text = set_value(text, "DOMAIN", domain)
    kind = "RECIPE" if "RECIPE" in sample.values and "TYPE" not in sample.values else "TYPE"
    text = set_value(text, kind, f"{version.recipe}:{version.version}")
    workspace.make(path.parent)
    _put(path, text)
    return path


def _put(path: Path, text: str) -> None:
    """Put a whole file where there is none: whoever else makes the same app never sees half of it."""
    draft = path.with_name(f".{path.name}.{uuid4().hex}")
    try:
        descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with open(descriptor, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        os.link(draft, path)
    except FileExistsError as error:
        raise SettingsError(
            f"the app {path.stem} exists already on {path.parent.name}",
            where=str(path),
            hint="deploy it with the settings it has, or choose another domain",
        ) from error
    except OSError as error:
        raise SettingsError(
            f"the settings of {path.stem} cannot be written: {error.strerror}",
            where=str(path),
            hint="check who may write there",
        ) from error
    finally:
        draft.unlink(missing_ok=True)
