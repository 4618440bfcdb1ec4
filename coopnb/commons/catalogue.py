"""The catalogue: a file ``recipes.json`` in the field's form, from a path or a URL, with a copy that is kept.

The form is that of the field's own catalogue: an object of recipe name -> ``category``, ``description``,
``repository``, ``website``, ``features`` (with ``status``) and ``versions``, a list of objects of
tag -> services (https://git.coopcloud.tech/toolshed/abra, ``RecipeMeta``).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from coopnb.commons.addresses import is_name
from coopnb.commons.versions import is_version, version_key
from coopnb.errors import CommonsError
from coopnb.model.catalogue import Catalogue, CatalogueEntry

MOST = 20_000
"""Recipes that a catalogue may name; the field's names a few hundred."""

_LONGEST = 1000
_HINT = "it must be the field's recipes.json: an object of recipe names"


def parse_catalogue(content: bytes, source: str, as_of: str = "") -> Catalogue:
    """Read a catalogue; an entry that is not in the field's form is left out and named.

    Raises:
        CommonsError: it is not JSON, with line and column, or not an object of recipes.
    """
    try:
        loaded = json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise CommonsError(
            "the catalogue is not UTF-8 text", where=f"{source}: byte {error.start}", hint=_HINT
        ) from None
    except json.JSONDecodeError as error:
        raise CommonsError(
            f"the catalogue is not JSON: {error.msg}",
            what=_begins(content),
            where=f"{source}: line {error.lineno}, column {error.colno}",
            hint=_HINT,
        ) from None
    except (RecursionError, ValueError) as error:
        raise CommonsError("the catalogue is JSON that nobody means", where=source, hint=_HINT) from error
    if not isinstance(loaded, dict):
        raise CommonsError(
            f"the catalogue is not an object of recipes but {_kind(loaded)}", where=f"{source}: line 1", hint=_HINT
        )
    if len(loaded) > MOST:
        raise CommonsError(f"the catalogue names {len(loaded)} recipes, and {MOST} are read", where=source, hint=_HINT)
    entries = {str(name): _entry(str(name), meta) for name, meta in loaded.items()}
    good = tuple(entry for _, entry in sorted(entries.items()) if entry is not None)
    if loaded and not good:
        raise CommonsError(
            "the catalogue has no entry that is a recipe",
            what=f"its first is {next(iter(loaded))[:80]!r}",
            where=source,
            hint=_HINT,
        )
    return Catalogue(good, source, as_of, left_out=tuple(sorted(name for name in entries if entries[name] is None)))


def _entry(name: str, meta: Any) -> CatalogueEntry | None:
    if not isinstance(meta, Mapping) or not is_name(name):
        return None
    texts = [meta.get(key) or "" for key in ("category", "description", "repository", "website")]
    versions, features = meta.get("versions") or [], meta.get("features") or {}
    if not all(isinstance(text, str) for text in texts) or not isinstance(versions, list):
        return None
    category, description, repository, website = (text[:_LONGEST].strip() for text in texts)
    status = features.get("status") if isinstance(features, Mapping) else None
    tags = {str(tag) for item in versions if isinstance(item, Mapping) for tag in item if is_version(str(tag))}
    return CatalogueEntry(
        name=name,
        category=category,
        description=description,
        repository=repository,
        website=website,
        status=str(status)[:40] if isinstance(status, int | str) else "",
        versions=tuple(sorted(tags, key=version_key, reverse=True)),
    )


def _begins(content: bytes) -> str | None:
    start = content[:60].decode(errors="replace").strip()
    return f"it begins with {start!r}" if start else "it is empty"


def _kind(loaded: Any) -> str:
    return {list: "a list", str: "a text", bool: "true or false", type(None): "null"}.get(type(loaded), "a number")
