"""The commons: recipes are git repositories, versions are their tags; no checkout is ever moved."""

from __future__ import annotations

from coopnb.commons.apps import new_app
from coopnb.commons.plant import plant_samples
from coopnb.commons.read import read_version
from coopnb.commons.versions import PublishedVersion, names, recipe_folder, version_key, versions

__all__ = [
    "PublishedVersion",
    "names",
    "new_app",
    "plant_samples",
    "read_version",
    "recipe_folder",
    "version_key",
    "versions",
]
