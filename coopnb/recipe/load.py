"""From the files of a recipe version to a :class:`~coopnb.model.recipe.Recipe`, stage by stage."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from coopnb.errors import RecipeError
from coopnb.model.compose import Compose
from coopnb.model.finding import Finding
from coopnb.model.origin import KeyPath, Origin
from coopnb.model.recipe import Recipe, RecipeVersion
from coopnb.recipe.canonical import Canonical
from coopnb.recipe.document import read_document
from coopnb.recipe.files import Files, RecipeFiles
from coopnb.recipe.interpolate import interpolate
from coopnb.recipe.merge import Merge
from coopnb.recipe.node import Node, walk
from coopnb.recipe.references import check_references, read_object_files
from coopnb.recipe.schema import validate
from coopnb.recipe.service_lists import RELATIVE_BIND, Context
from coopnb.recipe.version import check_keys_of_version, check_same_version, version_of


@dataclass(frozen=True, slots=True)
class Reading:
    """What files say, filled in, checked and merged; what they refer to need not be there.

    Attributes:
        root: the merged file in its long form, every value with its place.
    """

    compose: Compose
    root: Node
    findings: tuple[Finding, ...]


def load(
    source: RecipeVersion, files: Sequence[str], settings: Mapping[str, str], reader: Files | None = None
) -> Recipe:
    """Read, fill in, check and merge the compose files of a recipe version.

    Args:
        files: in the order of ``COMPOSE_FILE``, relative to the version's root.
        settings: of the app, ``STACK_NAME`` among them; the only source of values.
        reader: where the files are read; by default the version's root, and nothing outside of it.

    Raises:
        RecipeError: anything that docker/cli refuses, what only fails later there (an undefined secret, a
            missing file) and an image that cannot be one; each with file, line and key path.
    """
    if not files:
        raise RecipeError("no compose file is named", where=source.recipe, hint="set COMPOSE_FILE=compose.yml")
    reader = reader or RecipeFiles(source.root)
    reading = read_files(reader, files, settings)
    check_references(reading.compose, reading.root, reading.findings)
    read_object_files(reading.compose, reading.root, reader)
    return Recipe(
        source=source,
        files=tuple(files),
        compose=reading.compose,
        origins=_origins(reading.root),
        raw_names=_raw_names(reading.root),
        findings=tuple(sorted((*reading.findings, *reader.findings), key=Finding.sort_key)),
        files_data=dict(reader.data),
        binds_from=str(reader.binds_from) if any(found.rule == RELATIVE_BIND for found in reading.findings) else "",
    )


def read_files(reader: Files, files: Sequence[str], settings: Mapping[str, str]) -> Reading:
    """Do what ``docker stack config`` does: read, fill in, check and merge compose files.

    Raises:
        RecipeError: what it refuses, with file, line and key path.
    """
    findings: list[Finding] = []
    context = Context(settings, str(reader.binds_from), posixpath.dirname(files[0]), reader.read, findings)
    written = [_read(name, reader, findings) for name in files]
    versions = [version_of(root) for root in written]
    check_same_version(written, versions)
    roots: list[Node] = []
    for root, version in zip(written, versions, strict=True):
        check_keys_of_version(root, version)
        filled, doubts = interpolate(root, settings)
        findings.extend(doubts)
        roots.append(Canonical(context).run(filled, version))
        compose = validate(roots[-1])
    merge = Merge()
    merged = merge.files(roots)
    if len(roots) > 1 or list(compose.services) != sorted(compose.services):
        compose = validate(merged)
    findings.extend(merge.findings)
    return Reading(compose, merged, tuple(findings))


def _read(name: str, reader: Files, findings: list[Finding]) -> Node:
    root, doubts = read_document(reader.read_compose(name), name)
    findings.extend(doubts)
    return root


def _origins(root: Node) -> dict[KeyPath, Origin]:
    return {path: node.origin for path, node in walk(root) if path}


def _raw_names(root: Node) -> dict[KeyPath, str]:
    names: dict[KeyPath, str] = {}
    for section in ("secrets", "configs"):
        for key, node in root.entries[section].entries.items() if section in root.entries else ():
            name = node.entries.get("name")
            if name is not None:
                names[(section, key)] = name.raw if name.raw is not None else str(name.value)
    return names
