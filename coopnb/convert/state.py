"""What is kept in the swarm of what was applied, so that anybody can see and undo it. Never a secret."""

from __future__ import annotations

import re
from typing import Any

from coopnb.model.app import App

FORMAT = 1
_SECRET_NAME = re.compile(
    "PASSWORD|PASSWD|PASSPHRASE|TOKEN|PRIVATE|SECRET|CREDENTIAL|API_?KEY|ACCESS_?KEY|_KEY$|_PW$|_PASS$|^PASS$|^KEY$|SALT",
    re.IGNORECASE,
)
_VERSION_NAME = re.compile("_VERSION$")
_VERSION_VALUE = re.compile(r"v[0-9]+")
_URL_WITH_PASSWORD = re.compile(r"://[^/@\s]*:[^/@\s]+@")


def state(app: App) -> dict[str, Any]:
    """Settings, files and versions as JSON. Settings that look secret are told by name only."""
    recipe = app.recipe
    values = {name: setting.value for name, setting in app.settings.items() if not setting.commented}
    withheld = sorted(name for name, value in values.items() if looks_secret(name, value))
    texts, binaries = _files(app)
    return {
        "format": FORMAT,
        "app": app.domain,
        "stack": app.stack,
        "recipe": recipe.source.recipe,
        "version": recipe.source.version,
        "commit": recipe.source.commit,
        "compose_files": list(recipe.files),
        "settings": {name: value for name, value in values.items() if name not in withheld},
        "withheld": withheld,
        "files": texts,
        **({"secret_files": sorted(_secret_files(app))} if _secret_files(app) else {}),
        **({"files_not_text": binaries} if binaries else {}),
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


def _files(app: App) -> tuple[dict[str, str], list[str]]:
    """The texts of files, and the names of those that are none; a secret's file is not among them."""
    secret_files = _secret_files(app)
    texts: dict[str, str] = {}
    binaries: list[str] = []
    for name, data in sorted(app.recipe.files_data.items()):
        if name in secret_files:
            continue
        try:
            texts[name] = data.decode()
        except UnicodeDecodeError:
            binaries.append(name)
    return texts, binaries


def _secret_files(app: App) -> set[str]:
    return {secret.file for secret in app.recipe.compose.secrets.values() if secret.file}
