"""Release notes: the file ``release/<version>``, read out of the repository without laying anything down."""

from __future__ import annotations

from pathlib import Path

from coopnb.commons.git import git
from coopnb.commons.versions import PublishedVersion
from coopnb.errors import CommonsError

LONGEST = 64 << 10
"""Bytes of notes that are given at most."""


def release_notes(folder: Path, published: PublishedVersion) -> str | None:
    """Give the notes of a version as they are at that version; ``None`` if it has none."""
    name = f"{published.commit}:release/{published.version}"
    try:
        if git(folder, "cat-file", "-t", name).strip() != b"blob":
            return None
        content = git(folder, "cat-file", "blob", name)[:LONGEST]
    except CommonsError:
        return None
    return content.decode(errors="replace").strip() or None
