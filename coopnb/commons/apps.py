"""A new app: the settings its recipe proposes, under its own domain."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

from coopnb.commons.git import git
from coopnb.commons.versions import recipe_folder, resolve, versions
from coopnb.envfile import fill, parse, read, set_value
from coopnb.errors import CommonsError, SettingsError
from coopnb.model.recipe import RecipeVersion
from coopnb.model.settings_form import Filled
from coopnb.workspace import Workspace


def new_app(
    workspace: Workspace,
    server: str,
    domain: str,
    version: RecipeVersion,
    changes: Mapping[str, Filled] | None = None,
    more: Mapping[str, str] | None = None,
) -> Path:
    """Make an app's ``.env`` of its recipe's ``.env.sample``; never overwrite one.

    ``<recipe>.example.com`` becomes the domain wherever it stands, ``DOMAIN`` too, and the type is
    pinned to the version (``TYPE=wiki:1.2.0+1.39.8``). Every other byte is the sample's.

    Args:
        changes: what was filled in, by the keys of :func:`coopnb.envfile.fields`.
        more: settings that the sample does not have; they are appended.

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
    proposed = proposal(read(sample_path, ".env.sample").text, version.recipe, domain)
    text = fill(proposed, {key: _at_home(change, version.recipe, domain) for key, change in (changes or {}).items()})
    for name, value in (more or {}).items():
        text = set_value(text, name, value)
    kind = "RECIPE" if "RECIPE" in (values := parse(text, ".env.sample").values) and "TYPE" not in values else "TYPE"
    text = set_value(text, kind, f"{version.recipe}:{version.version}")
    workspace.make(path.parent)
    _put(path, text)
    return path


def proposal(sample: str, recipe: str, domain: str) -> str:
    """Give a sample's text as an app of this domain would have it, before anything is filled in."""
    text = sample.replace(_placeholder(recipe), domain)
    if "DOMAIN" in parse(text, ".env.sample").values:
        text = set_value(text, "DOMAIN", domain)
    return text


def _placeholder(recipe: str) -> str:
    """What stands in a sample where an app's domain goes."""
    return f"{recipe.rpartition('/')[2]}.example.com"


def _at_home(change: Filled, recipe: str, domain: str) -> Filled:
    """A value that was filled in from the sample's own words, with the domain where the sample has its placeholder."""
    return change if change.value is None else replace(change, value=change.value.replace(_placeholder(recipe), domain))


def sample_of(workspace: Workspace, recipe: str, version: str = "") -> str:
    """Read the ``.env.sample`` of a version out of its repository; nothing is laid down.

    Raises:
        CommonsError: there is no such recipe or version, or it has no sample.
        SettingsError: the sample is not UTF-8 text.
    """
    folder = recipe_folder(workspace, recipe)
    known = versions(folder)
    tag = next((item for item in known if item.version == version), known[0] if not version else None)
    commit = tag.commit if tag else resolve(folder, version)
    try:
        return git(folder, "cat-file", "blob", f"{commit}:.env.sample").decode()
    except UnicodeDecodeError:
        raise SettingsError("the sample is not UTF-8 text", where=f"{recipe} {version}, .env.sample") from None


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
