"""``coopnb recipe``: recipes of the commons, fetched, found, shown, checked."""

from __future__ import annotations

import argparse
import sys
import time
from typing import TYPE_CHECKING

from coopnb.cli.parsing import Commands, add_command
from coopnb.cli.reading import status
from coopnb.errors import CommonsError, CoopError, InputError

if TYPE_CHECKING:
    from coopnb.commons import Fetched
    from coopnb.commons.network import Say
    from coopnb.show.recipes import RecipeHere
    from coopnb.workspace import Workspace

_STATUSES = """\
exit statuses:
  0    done
  2    there is no such recipe or version, or it cannot be had
"""
_EXAMPLES = """\
examples:
  coopnb recipe list wiki                            what the catalogue has about wikis
  coopnb recipe fetch mediawiki                      by the catalogue
  coopnb recipe fetch https://git.example.org/ana/wiki.git
  coopnb recipe show mediawiki                       versions, release notes
  coopnb recipe check mediawiki 1.2.0+1.39.8

The catalogue is the field's, or the path or URL in $COOPNB_CATALOGUE, or the line
CATALOGUE=... of <workspace>/coopnb/config.env.

"""


def add_recipe(commands: Commands) -> None:
    """Declare ``coopnb recipe`` and its commands."""
    text = "fetch, find, show or check recipes of the commons"
    parser = add_command(commands, "recipe", _list, text, _EXAMPLES + _STATUSES)
    parser.set_defaults(words=[], refresh=False, all=False)
    actions = parser.add_subparsers(title="commands", metavar="COMMAND")
    _add_fetch(actions)
    text = "list the recipes of the workspace, and find those of the catalogue"
    parser = add_command(actions, "list", _list, text, _STATUSES, nested=True)
    parser.add_argument("words", metavar="WORD", nargs="*", help="in name, category or description")
    parser.add_argument("--all", action="store_true", help="the whole catalogue")
    parser.add_argument("--refresh", action="store_true", help="ask the catalogue's server, and keep a copy")
    parser = add_command(actions, "show", _show, "show one recipe: its versions and notes", _STATUSES, nested=True)
    parser.add_argument("name", metavar="NAME")
    _add_check(actions)


def _add_fetch(actions: Commands) -> None:
    epilog = """\
It clones a recipe into <workspace>/recipes/NAME, or brings one that is there up to date: new
tags and references come, what is checked out stays untouched. A tag that moved at its source
stays here as it was, and is told.

"""
    text = "fetch recipes: new ones by name or address, or all that are here again"
    parser = add_command(actions, "fetch", _fetch, text, epilog + _STATUSES, nested=True)
    parser.add_argument(
        "given", metavar="NAME|URL", nargs="*", help="of the catalogue, of the workspace, or an address"
    )
    parser.add_argument(
        "--as", dest="called", metavar="NAME", default="", help="the name it gets here, for one address"
    )
    parser.add_argument(
        "--accept-moved", metavar="VERSION", default="", help="take this tag as it is at its source now, for one name"
    )


def _add_check(actions: Commands) -> None:
    epilog = """\
exit statuses:
  0    nothing worse than warnings
  1    errors: an app of it cannot be deployed
  2    there is no such recipe or version, it has no .env.sample, or it cannot be read to its end
"""
    text = "load, validate and convert a recipe with the settings its sample proposes"
    parser = add_command(actions, "check", _check, text, epilog, nested=True)
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("version", metavar="VERSION", nargs="?", default="", help="default: the newest")


def _fetch(options: argparse.Namespace) -> int:
    from coopnb import commons
    from coopnb.server import as_workspace

    workspace = as_workspace(options.workspace)
    if (options.called or options.accept_moved) and len(options.given) != 1:
        raise InputError("--as and --accept-moved are for one recipe; nothing was fetched")
    if options.accept_moved:
        taken = commons.accept_moved(workspace, options.given[0], options.accept_moved, _progress())
        print(f"{options.given[0]} {taken.version} means commit {taken.commit[:12]} from here on.")
        return 0
    if not options.given:
        return _fetch_all(workspace)
    worst = 0
    for given in options.given:
        try:
            print(_told(commons.fetch_named(workspace, given, called=options.called, say=_progress())))
        except CoopError as error:
            print(f"{type(error).__name__}: {error}", file=sys.stderr)
            worst = error.exit_status
    return worst


def _fetch_all(workspace: Workspace) -> int:
    from coopnb import commons

    known = commons.names(workspace)
    if not known:
        print("No recipes here yet. Find one: coopnb recipe list WORD; fetch it: coopnb recipe fetch NAME")
    worst = 0
    for name in known:
        try:
            if commons.source_of(workspace.recipes / name) is None:
                print(f"{name}: made here, comes from nowhere; left as it is")
                continue
            print(_told(commons.fetch_again(workspace, name, _progress())))
        except CoopError as error:
            print(f"{name}: {type(error).__name__}: {error}", file=sys.stderr)
            worst = error.exit_status
    return worst


def _told(fetched: Fetched) -> str:
    """What a fetch brought, with what to do about tags that moved."""
    from coopnb.show.text import counted

    newest = fetched.versions[0]
    if fetched.first:
        kind = counted(len(fetched.versions), "version") if newest.tagged else "no released version"
        lines = [f"{fetched.recipe}: fetched from {fetched.source}; {kind}, newest {newest.version}"]
    elif fetched.new:
        lines = [f"{fetched.recipe}: new: {', '.join(fetched.new)}"]
    else:
        lines = [f"{fetched.recipe}: nothing new; newest {newest.version}"]
    for tag in fetched.moved:
        lines += [
            f"  ! the tag {tag.version} moved at its source: here it is {tag.here[:12]}, there {tag.there[:12]}",
            "    Here it stays as it was. Ask its maintainers why; to take theirs:",
            f"    coopnb recipe fetch {fetched.recipe} --accept-moved {tag.version}",
        ]
    return "\n".join(lines)


def _progress() -> Say | None:
    """Git's own progress on one line of a terminal, twice a second; nothing where nobody looks."""
    from coopnb.show.text import clean

    if not sys.stderr.isatty():
        return None
    last = 0.0

    def say(words: str) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last > 0.5:
            last = now
            print(f"\r\x1b[K{clean(words)[:78]}\r", end="", file=sys.stderr, flush=True)

    return say


def _list(options: argparse.Namespace) -> int:
    from coopnb import commons
    from coopnb.model.catalogue import CatalogueEntry, search
    from coopnb.server import as_workspace
    from coopnb.show.recipes import recipes_output

    workspace = as_workspace(options.workspace)
    listed = commons.catalogue(workspace, refresh=options.refresh)
    words = " ".join(options.words)
    if (words or options.all) and not listed.as_of and not options.refresh:
        listed = commons.catalogue(workspace, refresh=True)
    found = search(listed.entries, words) if words or options.all else ()
    here = [_here(workspace, name) for name in commons.names(workspace)]
    if words:
        wanted = {entry.name for entry in found}
        told = tuple(recipe.described or CatalogueEntry(recipe.name) for recipe in here)
        wanted |= {entry.name for entry in search(told, words)}
        here = [recipe for recipe in here if recipe.name in wanted]
    print(recipes_output(here, found, listed, words or ("all" if options.all else "")))
    return 0


def _show(options: argparse.Namespace) -> int:
    from coopnb import commons
    from coopnb.commons.notes import release_notes
    from coopnb.server import as_workspace
    from coopnb.show.recipes import entry_output, recipe_output

    workspace = as_workspace(options.workspace)
    listed = commons.catalogue(workspace)
    entry = listed.entry(options.name)
    if options.name not in commons.names(workspace) and entry is not None:
        print(entry_output(entry, listed))
        return 0
    folder = commons.recipe_folder(workspace, options.name)
    published = commons.versions(folder)
    notes = release_notes(folder, published[0])
    print(recipe_output(_here(workspace, folder.name), str(folder), entry, notes))
    return 0


def _here(workspace: Workspace, name: str) -> RecipeHere:
    from coopnb import commons
    from coopnb.commons.readme import described
    from coopnb.show.recipes import RecipeHere

    folder = workspace.recipes / name
    try:
        published = commons.versions(folder)
        source = commons.source_of(folder)
        source = source and commons.without_credentials(source)
    except CommonsError as error:
        return RecipeHere(name, problem=error.headline)
    told = described(folder, published[0])
    return RecipeHere(name, tuple(item.version for item in published), published[0].tagged, source, described=told)


def _check(options: argparse.Namespace) -> int:
    from coopnb.server import as_workspace
    from coopnb.server.recipe_check import check_recipe
    from coopnb.show.findings import findings_output

    source, findings = check_recipe(as_workspace(options.workspace), options.name, options.version)
    print(findings_output(findings, f"{source.recipe} {source.version}, with the settings its sample proposes"))
    return status(findings)
