"""Picking a recipe, driven from Python as a front end would."""

from __future__ import annotations

from pathlib import Path

from coopnb.model.catalogue import Catalogue, CatalogueEntry
from coopnb.runbook.procedures.deploy import DeployApp
from coopnb.show.recipe_picker import SHOWN, RecipePicker
from coopnb.show.widgets import ChooseForm
from coopnb.workspace import Workspace

HERE = {"hello": ("1.0.0+1",), "wiki": ("1.3.0+1.39.17", "1.2.0+1.39.8")}
MANY = Catalogue(
    (
        *(CatalogueEntry(f"app-{n}", "Apps", f"Does the {n}th thing") for n in range(500)),
        CatalogueEntry("calendar", "Tools", "Plan together", "https://git.example.org/calendar", versions=("2.0.0+1",)),
        CatalogueEntry("wiki", "Apps", "Pages for all", versions=("9.0.0+9",)),
    ),
    "recipes.json",
    "2026-11-20T10:00:00Z",
)


def labels(picker: RecipePicker) -> list[str]:
    """What the list shows, without its first line, which is what is picked."""
    return [label for label, _ in picker.field.options[1:]]


def test_a_few_are_a_plain_list() -> None:
    """A handful of recipes must need no search, and none may be picked by being first."""
    picker = RecipePicker(HERE, Catalogue())
    assert picker.words is None and picker.value == ""
    assert [value for _, value in picker.field.options] == ["", "hello", "wiki"]


def test_a_recipe_that_no_catalogue_has_is_told_by_its_own_words(tmp_path: Path) -> None:
    """What a README says must stand beside the name and be searched; an entry of the catalogue comes before it."""
    wiki = "wiki  -  Apps: MediaWiki with a MariaDB of its own."
    form = DeployApp().form(Workspace(tmp_path), {})
    assert wiki in [label for label, _ in form.recipe.options]
    form.recipe.value = "wiki"
    assert "MediaWiki with a MariaDB of its own." in form.picker.about.value

    own = (CatalogueEntry("hello", "Utilities", "A page"), CatalogueEntry("wiki", "Own", "Another"))
    picker = RecipePicker(HERE, MANY, own=own)
    picker.words.value = "utilities"
    assert labels(picker) == ["hello  -  Utilities: A page"]
    picker.words.value = "wiki"
    assert labels(picker) == ["wiki  -  Apps: Pages for all"]
    assert f"Catalogue: {len(MANY.entries)} recipes" in picker.about.value


def test_many_are_found_by_a_word_of_name_category_or_description() -> None:
    """Typing must narrow the list down, and never pick anything by itself."""
    picker = RecipePicker(HERE, MANY)
    assert len(labels(picker)) == SHOWN and "503 found, 50 shown" in picker.field.options[0][0]
    for typed in ("plan", "TOOLS", "calen"):
        picker.words.value = typed
        assert labels(picker) == ["calendar  -  Tools: Plan together"] and picker.value == ""
    picker.words.value = "nonesuch"
    assert labels(picker) == [] and "nothing found" in picker.field.options[0][0] and picker.value == ""


def test_what_is_picked_stays_while_one_searches_on() -> None:
    """A recipe that was picked must stay picked, and stand first, whatever is typed afterwards."""
    picker = RecipePicker(HERE, MANY)
    seen: list[str] = []
    picker.observe(lambda change: seen.append(change["new"]))
    picker.words.value = "plan"
    picker.field.value = "calendar"
    picker.words.value = "wiki"
    assert picker.value == "calendar" and picker.field.value == "calendar"
    assert [value for _, value in picker.field.options] == ["calendar", "wiki"]
    picker.words.value = ""
    assert picker.value == "calendar" and seen == ["calendar"]


def test_a_recipe_that_is_not_here_says_when_it_is_fetched() -> None:
    """Choosing must fetch nothing, and the form must say where it will come from, and its versions."""
    form = ChooseForm(("practice",), HERE, listed=MANY)
    form.picker.words.value = "calendar"
    form.recipe.value = "calendar"
    assert "fetched when the next cell is run" in form.picker.about.value
    assert "https://git.example.org/calendar" in form.picker.about.value
    assert [value for _, value in form.version.options] == ["", "2.0.0+1"]
    form.picker.words.value = "wiki"
    form.recipe.value = "wiki"
    assert [value for _, value in form.version.options] == ["", *HERE["wiki"]]
    assert "not in this workspace" not in form.picker.about.value
    assert form.value.recipe == "wiki"


def test_a_preset_is_offered_even_if_nobody_knows_it() -> None:
    """What the parameters cell says must be the value in both kinds of list."""
    assert RecipePicker(HERE, Catalogue(), "nonesuch").value == "nonesuch"
    assert RecipePicker(HERE, MANY, "nonesuch").field.value == "nonesuch"
    assert RecipePicker(HERE, MANY, "wiki").field.value == "wiki"


def test_what_a_catalogue_says_is_harmless() -> None:
    """Names, categories and descriptions of others must not act in labels or in HTML."""
    bad = "<img src=x onerror=a>\x1b[2J\u202e"
    entries = (CatalogueEntry("evil", bad, bad, bad, bad), *MANY.entries)
    picker = RecipePicker({}, Catalogue(entries, bad, "2026-11-20T10:00:00Z", bad))
    picker.words.value = "evil"
    picker.field.value = "evil"
    shown = picker.about.value + "".join(label for label, _ in picker.field.options)
    assert "\x1b" not in shown and "\u202e" not in shown and "<img" not in picker.about.value


def test_a_keystroke_over_five_hundred_draws_a_few() -> None:
    """However many are found at a keystroke, the list must stay as short as a front end draws at once."""
    picker = RecipePicker(HERE, MANY)
    for typed in ("t", "th", "the", "the 4", "the 49", "the 499"):
        picker.words.value = typed
        assert 1 <= len(labels(picker)) <= SHOWN
