"""The commons: recipes are git repositories, versions are their tags; no checkout is ever moved."""

from __future__ import annotations

from coopnb.commons.addresses import Address, address_of, is_name, without_credentials
from coopnb.commons.apps import new_app, proposal, sample_of
from coopnb.commons.catalogue_copy import catalogue, catalogue_source
from coopnb.commons.fetch import Fetched, MovedTag, accept_moved, fetch, fetch_again, source_of
from coopnb.commons.have import fetch_named, have
from coopnb.commons.plant import plant_samples
from coopnb.commons.read import read_version
from coopnb.commons.versions import PublishedVersion, names, recipe_folder, version_key, versions

__all__ = [
    "Address",
    "Fetched",
    "MovedTag",
    "PublishedVersion",
    "accept_moved",
    "address_of",
    "catalogue",
    "catalogue_source",
    "fetch",
    "fetch_again",
    "fetch_named",
    "have",
    "is_name",
    "names",
    "new_app",
    "plant_samples",
    "proposal",
    "read_version",
    "recipe_folder",
    "sample_of",
    "source_of",
    "version_key",
    "versions",
    "without_credentials",
]
