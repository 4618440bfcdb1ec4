"""What a sample says of a setting: the lines of prose right above it."""

from __future__ import annotations

from coopnb.envfile.parse import EnvFile
from coopnb.model.app import Setting


def comment_above(file: EnvFile, setting: Setting) -> str:
    """The comment that stands right above a setting, as one line; a heading (``##``) is none of its own."""
    lines = file.text.splitlines()
    taken = {other.line for other in (*file.settings, *file.options)}
    found: list[str] = []
    at = setting.line - 1
    while at >= 1 and at not in taken and lines[at - 1].startswith("#") and not lines[at - 1].startswith("##"):
        found.insert(0, lines[at - 1].lstrip("# ").rstrip())
        at -= 1
    return " ".join(found)
