"""A recipe by its name: here already, or fetched from where the catalogue says."""

from __future__ import annotations

from difflib import get_close_matches

from coopnb.commons.addresses import address_of, is_name
from coopnb.commons.catalogue_copy import catalogue
from coopnb.commons.fetch import Fetched, fetch, fetch_again
from coopnb.commons.network import Say
from coopnb.commons.versions import names, recipe_folder
from coopnb.errors import CommonsError
from coopnb.workspace import Workspace


def fetch_named(workspace: Workspace, given: str, *, called: str = "", say: Say | None = None) -> Fetched:
    """Fetch what an operator named: a recipe of the workspace, one of the catalogue, or an address.

    Args:
        called: the folder under ``recipes/`` that an address gets, instead of its last part.

    Raises:
        CommonsError: nothing of that name is known, or it cannot be had.
    """
    if not is_name(given):
        return fetch(workspace, address_of(given, called), say)
    if not called and given in names(workspace):
        return fetch_again(workspace, given, say)
    listed = catalogue(workspace)
    if not listed.as_of and "://" in listed.source:
        listed = catalogue(workspace, refresh=True)
    entry = listed.entry(given)
    if entry is None:
        near = get_close_matches(given, [other.name for other in listed.entries], 3)
        raise CommonsError(
            f"there is no recipe {given} here, and the catalogue has none; nothing was fetched",
            what=listed.problem or (f"the catalogue has: {', '.join(near)}" if near else None),
            where=listed.source,
            hint="coopnb recipe list WORD finds recipes by their description; or give the address of its repository",
        )
    if not entry.repository:
        raise CommonsError(
            f"the catalogue does not say where {given} is fetched from",
            where=listed.source,
            hint="give the address of its repository",
        )
    return fetch(workspace, address_of(entry.repository, called or given), say)


def have(workspace: Workspace, recipe: str, say: Say | None = None) -> Fetched | None:
    """See that a recipe is in the workspace: fetch it if the catalogue has it; ``None`` if it was here.

    Raises:
        CommonsError: it is neither here nor in the catalogue that was kept, or it cannot be had.
    """
    if is_name(recipe) and recipe not in names(workspace) and catalogue(workspace).entry(recipe) is not None:
        return fetch_named(workspace, recipe, say=say)
    recipe_folder(workspace, recipe)
    return None
