"""A recipe: a configuration of the commons, at one version, read with one app's settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from coopnb.model.compose import Compose
from coopnb.model.finding import Finding
from coopnb.model.origin import KeyPath, Origin


@dataclass(frozen=True, slots=True)
class RecipeVersion:
    """One version of a recipe, as the commons has it.

    Attributes:
        version: the tag (``1.2.0+1.39.8``), or the short commit of a recipe without a valid tag.
        commit: the full commit id; empty for files that are taken as they lie in a folder.
        tagged: whether ``version`` is a tag; if not, a warning goes with every plan.
        root: a folder that holds this version's files and nothing else writes to.
        notes: the release notes of this version (``release/<version>``), if it has any.
    """

    recipe: str
    version: str
    commit: str
    tagged: bool
    root: Path
    notes: str | None = None


@dataclass(frozen=True, slots=True)
class Recipe:
    """The compose files of a recipe version: merged, interpolated, validated.

    Attributes:
        files: the compose files that were merged, in order, relative to the version's root.
        origins: key path of the merged result -> the file and line that had the last word.
        raw_names: ``("secrets", key)`` or ``("configs", key)`` -> the ``name:`` before interpolation
            (``${STACK_NAME}_db_password_${SECRET_DB_PASSWORD_VERSION}``): it tells which setting versions it.
        findings: what this reading drops or doubts.
        files_data: path relative to the version's root -> bytes, of every file that was read: compose
            files, env files, and the files of configs and secrets.
        binds_from: the absolute folder that relative binds begin at; blank where there are none.
    """

    source: RecipeVersion
    files: tuple[str, ...]
    compose: Compose
    origins: Mapping[KeyPath, Origin] = field(repr=False)
    raw_names: Mapping[KeyPath, str] = field(repr=False)
    findings: tuple[Finding, ...] = ()
    files_data: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    binds_from: str = ""
