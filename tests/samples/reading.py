"""Reads sample recipes the plain way, with a shell, so that their tests do not rest on what coopnb makes of them."""

from __future__ import annotations

import subprocess
from pathlib import Path

from coopnb.samples import RECIPES

OVERLAY_SETTINGS = {
    "HTTP_PORT": "8080",
    "SMTP_HOST": "mail.example.org",
    "SMTP_USER": "wiki@example.org",
    "SMTP_FROM": "wiki@example.org",
    "SECRET_SMTP_PASSWORD_VERSION": "v1",
}
"""Values for what ``.env.sample`` has commented out."""


def version_folders() -> list[Path]:
    """Return the folder of every version of every sample recipe."""
    return sorted(path for path in RECIPES.glob("*/*") if path.is_dir())


def label(folder: Path) -> str:
    """Name a version in a test's id."""
    return f"{folder.parent.name}-{folder.name}"


def environment(folder: Path, domain: str, **settings: str) -> dict[str, str]:
    """Return the settings of an app of this version: ``.env.sample`` and ``abra.sh``, with ``settings`` on top."""
    script = "set -a; . ./.env.sample; . ./abra.sh; exec env -0"
    done = subprocess.run(
        ["env", "-i", "/bin/sh", "-c", script], cwd=folder, capture_output=True, text=True, check=True, timeout=20
    )
    read = dict(entry.split("=", 1) for entry in done.stdout.split("\0") if entry)
    for name in ("PWD", "OLDPWD", "SHLVL", "_"):
        read.pop(name, None)
    return read | {"DOMAIN": domain, "STACK_NAME": domain.replace(".", "_")} | settings
