"""Recipes, as a terminal shows them: which there are, what one is, what a fetch brought.

Every word of a recipe, a catalogue and release notes was written by others, and is made harmless.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from coopnb.model.catalogue import Catalogue, CatalogueEntry
from coopnb.show.output import Output
from coopnb.show.page import Block, Cell, Fold, Line, Log, Table, output_of
from coopnb.show.text import counted, shorten

_NOTES = 200
_ROWS = 40


@dataclass(frozen=True, slots=True)
class RecipeHere:
    """A recipe of the workspace.

    Attributes:
        versions: newest first. tagged: whether they are tags.
        source: where it was cloned from; ``None`` if it was made here.
        problem: why it cannot be used, if so.
        described: what its own README says of it, for where the catalogue does not know it.
    """

    name: str
    versions: tuple[str, ...] = ()
    tagged: bool = True
    source: str | None = None
    problem: str = ""
    described: CatalogueEntry | None = None


def recipes_output(
    here: Sequence[RecipeHere], found: Sequence[CatalogueEntry], listed: Catalogue, words: str
) -> Output:
    """Show the recipes of the workspace, and those of the catalogue that were searched for."""
    blocks: list[Block] = []
    if here:
        rows = tuple(_here_row(recipe, listed.entry(recipe.name) or recipe.described) for recipe in here)
        blocks += [
            Line(f"{counted(len(here), 'recipe')} in this workspace", head=True),
            Table(rows, head=("recipe", "newest", "category", "what it is")),
        ]
    elif not words:
        blocks.append(
            Line("No recipes here yet. Find one: coopnb recipe list WORD; fetch it: coopnb recipe fetch NAME")
        )
    others = [entry for entry in found if entry.name not in {recipe.name for recipe in here}]
    if words:
        blocks.append(Line(f"{counted(len(others), 'recipe')} of the catalogue, not fetched yet: {words}", head=True))
        blocks.append(Table(tuple(_entry_row(entry) for entry in others[:_ROWS])))
        if len(others) > _ROWS:
            blocks.append(Line(f"and {len(others) - _ROWS} more; another word narrows it down"))
    blocks.extend(_about(listed))
    if not words and listed.entries:
        blocks.append(Line("To search the catalogue: coopnb recipe list WORD ...; all of it: coopnb recipe list --all"))
    return output_of(blocks)


def recipe_output(recipe: RecipeHere, folder: str, entry: CatalogueEntry | None, notes: str | None) -> Output:
    """Show one recipe of the workspace: where it comes from, its versions, the newest one's release notes."""
    newest = recipe.versions[0] if recipe.versions else "no version"
    kind = "" if recipe.tagged else " (a commit: it has no released version)"
    rows = [("folder", folder), ("comes from", recipe.source or "nowhere: it was made here")]
    told_of = entry or recipe.described
    if told_of is not None:
        told = (("category", told_of.category), ("what it is", told_of.description), ("website", told_of.website))
        rows += [(name, value) for name, value in told if value]
    blocks: list[Block] = [
        Line(f"{recipe.name}, newest version {newest}{kind}", head=True),
        Table(tuple((Cell(name), Cell(shorten(value, 200))) for name, value in rows)),
        Line(f"{counted(len(recipe.versions), 'version')}, newest first: {', '.join(recipe.versions[:_ROWS])}"),
    ]
    unfetched = [version for version in (entry.versions if entry else ()) if version not in recipe.versions]
    if unfetched and recipe.source:
        blocks.append(
            Line(f"The catalogue knows {', '.join(unfetched[:5])} as well: coopnb recipe fetch {recipe.name}")
        )
    blocks.extend(notes_blocks(newest, notes))
    return output_of(blocks)


def entry_output(entry: CatalogueEntry, listed: Catalogue) -> Output:
    """Show a recipe that is in the catalogue and not here."""
    rows = (
        ("category", entry.category),
        ("what it is", entry.description),
        ("website", entry.website),
        ("status", entry.status),
        ("versions", ", ".join(entry.versions[:_ROWS])),
        ("repository", entry.repository),
    )
    table = Table(tuple((Cell(name), Cell(shorten(value, 400))) for name, value in rows if value))
    head = Line(f"{entry.name} is in the catalogue and not here yet: coopnb recipe fetch {entry.name}", head=True)
    return output_of([head, table, *_about(listed)])


def notes_blocks(version: str, notes: str | None) -> tuple[Block, ...]:
    """Release notes, shown as lines that somebody else wrote; nothing if there are none."""
    if not notes or not notes.strip():
        return ()
    lines = notes.strip().splitlines()
    cut = [f"... {len(lines) - _NOTES} more lines"] if len(lines) > _NOTES else []
    short = tuple(shorten(line, 500) for line in lines[:_NOTES])
    return (Fold(f"Release notes of {version}:", (Log((*short, *cut)),)),)


def _here_row(recipe: RecipeHere, entry: CatalogueEntry | None) -> tuple[Cell, ...]:
    newest = recipe.versions[0] if recipe.versions else "-"
    if recipe.problem:
        return (Cell(recipe.name), Cell("unusable", sign="✗", tone="bad"), Cell(""), Cell(shorten(recipe.problem, 200)))
    newest += "" if recipe.tagged else " (no tag)"
    category, what = (entry.category, entry.description) if entry else ("", "")
    return (Cell(recipe.name), Cell(newest, code=True), Cell(shorten(category, 20)), Cell(shorten(what, 80)))


def _entry_row(entry: CatalogueEntry) -> tuple[Cell, ...]:
    newest = Cell(entry.versions[0] if entry.versions else "-", code=True)
    return (Cell(entry.name), newest, Cell(shorten(entry.category, 20)), Cell(shorten(entry.description, 80)))


def _about(listed: Catalogue) -> tuple[Block, ...]:
    """Say which catalogue that was, since when it is known, and what was wrong with it."""
    blocks: list[Block] = []
    if listed.as_of:
        known = f"as of {listed.as_of.replace('T', ' ').removesuffix('Z')} UTC"
        blocks.append(Line(f"Catalogue: {counted(len(listed.entries), 'recipe')} {known}, from {listed.source}"))
    elif not listed.problem:
        blocks.append(Line(f"The catalogue was never fetched: coopnb recipe list --refresh asks {listed.source}"))
    if listed.problem:
        blocks.append(Line(_problem_head(listed), sign="!", tone="busy"))
        blocks.append(Log(tuple(listed.problem.splitlines())))
    if listed.left_out:
        names = ", ".join(shorten(name, 40) for name in listed.left_out[:5])
        blocks.append(Line(f"{len(listed.left_out)} not in the field's form, left out: {names}"))
    return tuple(blocks)


def _problem_head(listed: Catalogue) -> str:
    if not listed.as_of:
        return "The catalogue cannot be had, and no copy was kept:"
    return "That is the copy that was kept; the catalogue itself cannot be used now:"
