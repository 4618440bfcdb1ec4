"""What is kept in the swarm of what was applied, so that anybody can see and undo it. Never a secret."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from coopnb.model.app import App
from coopnb.model.recipe import Recipe

FORMAT = 1
PLAIN_FORMAT = 2
"""Of stack files: whoever knows the first format only would add the field's labels and settings to them."""
_SECRET_NAME = re.compile(
    "PASSWORD|PASSWD|PASSPHRASE|TOKEN|PRIVATE|SECRET|CREDENTIAL|API_?KEY|ACCESS_?KEY|_KEY$|_PW$|_PASS$|^PASS$|^KEY$|SALT",
    re.IGNORECASE,
)
_VERSION_NAME = re.compile("_VERSION$")
_VERSION_VALUE = re.compile(r"v[0-9]+")
_URL_WITH_PASSWORD = re.compile(r"://[^/@\s]*:[^/@\s]+@")


def state(app: App) -> dict[str, Any]:
    """Settings, files and versions as JSON. Settings that look secret are told by name only."""
    values = {name: setting.value for name, setting in app.settings.items() if not setting.commented}
    withheld = sorted(name for name, value in values.items() if looks_secret(name, value))
    return {"format": FORMAT, **_content(app.recipe, app.domain, app.stack, values, withheld)}


def state_of_files(recipe: Recipe, name: str, settings: Mapping[str, str]) -> dict[str, Any]:
    """The same of stack files, to which nothing is added: of the settings only those that a file names are kept."""
    texts = [data.decode("utf-8", "replace") for data in recipe.files_data.values()]
    values = {
        name: value
        for name, value in settings.items()
        if any(re.search(rf"(?<![A-Za-z0-9_]){re.escape(name)}(?![A-Za-z0-9_])", text) for text in texts)
        or (name == "HOME" and any("~" in text for text in texts))
    }
    withheld = sorted(name for name, value in values.items() if looks_secret(name, value))
    return {"format": PLAIN_FORMAT, "additions": False, **_content(recipe, name, name, values, withheld)}


def _content(recipe: Recipe, app: str, stack: str, values: Mapping[str, str], withheld: list[str]) -> dict[str, Any]:
    secret_files = _secret_files(recipe)
    texts, binaries = _files(recipe, secret_files)
    return {
        "app": app,
        "stack": stack,
        "recipe": recipe.source.recipe,
        "version": recipe.source.version,
        "commit": recipe.source.commit,
        "compose_files": list(recipe.files),
        "settings": {name: value for name, value in values.items() if name not in withheld},
        "withheld": withheld,
        "files": texts,
        **({"secret_files": sorted(secret_files)} if secret_files else {}),
        **({"files_not_text": binaries} if binaries else {}),
        **({"binds_from": recipe.binds_from} if recipe.binds_from else {}),
    }


def looks_secret(name: str, value: str) -> bool:
    """Whether a setting may hold a secret: by its name, or a password inside a URL.

    ``SECRET_X_VERSION`` is the number of a secret, and so is a value like ``v2``.
    """
    if _URL_WITH_PASSWORD.search(value):
        return True
    if not value or _VERSION_NAME.search(name) or _VERSION_VALUE.fullmatch(value):
        return False
    return _SECRET_NAME.search(name) is not None


def _files(recipe: Recipe, secret_files: set[str]) -> tuple[dict[str, str], list[str]]:
    """The texts of files, and the names of those that are none; a secret's file is not among them."""
    texts: dict[str, str] = {}
    binaries: list[str] = []
    for name, data in sorted(recipe.files_data.items()):
        if name in secret_files:
            continue
        try:
            texts[name] = data.decode()
        except UnicodeDecodeError:
            binaries.append(name)
    return texts, binaries


def _secret_files(recipe: Recipe) -> set[str]:
    return {secret.file for secret in recipe.compose.secrets.values() if secret.file}
