"""Recipes as they are shown: every word of theirs is harmless."""

from __future__ import annotations

from coopnb.model.catalogue import Catalogue, CatalogueEntry
from coopnb.show.recipes import RecipeHere, entry_output, recipe_output, recipes_output

HOSTILE = "<img src=x onerror=alert(1)>\x1b[2J\u202egnp"
HERE = RecipeHere("wiki", ("1.1.0+2", "1.0.0+1"), True, f"https://git.example.org/{HOSTILE}")
ENTRY = CatalogueEntry("wiki", HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, ("1.2.0+3",))


def test_what_others_wrote_is_harmless_everywhere() -> None:
    """Release notes, descriptions, categories and addresses must neither act in a terminal nor in HTML."""
    listed = Catalogue((ENTRY,), HOSTILE, "2026-11-20T10:00:00Z", HOSTILE, (HOSTILE,))
    outputs = (
        recipe_output(HERE, "/srv/recipes/wiki", ENTRY, f"New:\n{HOSTILE}\n"),
        recipes_output([HERE], [CatalogueEntry("cal", HOSTILE, HOSTILE)], listed, HOSTILE),
        entry_output(ENTRY, listed),
    )
    for output in outputs:
        assert "\x1b" not in output.text + output.html and "\u202e" not in output.text + output.html
        assert "<img" not in output.html and "onerror" in output.html


def test_the_notes_and_unfetched_versions_are_told() -> None:
    """A recipe must be shown with its newest notes, and with what the catalogue knows beyond it."""
    text = recipe_output(HERE, "/srv/recipes/wiki", ENTRY, "Pages load faster.\n" + "x\n" * 300).text
    assert "Release notes of 1.1.0+2:" in text and "| Pages load faster." in text and "101 more lines" in text
    assert "The catalogue knows 1.2.0+3 as well: coopnb recipe fetch wiki" in text


def test_a_copy_says_since_when_it_is_old_and_why() -> None:
    """Offline, the date of the copy and the reason must stand there."""
    listed = Catalogue((ENTRY,), "https://x.example.org/r.json", "2026-11-20T10:00:00Z", "not reached\n  next   later")
    text = recipes_output([], (), listed, "").text
    assert "1 recipe as of 2026-11-20 10:00:00 UTC, from https://x.example.org/r.json" in text
    assert "the copy that was kept" in text and "next   later" in text
