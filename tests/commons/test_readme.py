"""What recipes say of themselves, in the field's form of a README."""

from __future__ import annotations

import pytest

from coopnb.commons import plant_samples, recipe_folder, versions
from coopnb.commons.readme import described, parse_readme
from coopnb.samples import RECIPES
from coopnb.workspace import Workspace


def test_every_sample_says_what_it_is(workspace: Workspace) -> None:
    """Category, grade and a description must be read from the README of each sample's newest version."""
    plant_samples(workspace, RECIPES)
    found = {}
    for name in ("hello", "proxy", "wiki"):
        folder = recipe_folder(workspace, name)
        found[name] = described(folder, versions(folder)[0])
    assert {name: entry and (entry.category, entry.status) for name, entry in found.items()} == {
        "hello": ("Utilities", "3"),
        "proxy": ("Utilities", "2"),
        "wiki": ("Apps", "3"),
    }
    assert found["wiki"] is not None and found["wiki"].description == "MediaWiki with a MariaDB of its own."


@pytest.mark.parametrize(
    ("text", "category", "description"),
    [
        ("", "", ""),
        ("# Nothing else", "", ""),
        (
            "# A\n\n> Quoted, as the field does\n\n<!-- metadata -->\n- **Category**:  Apps \n",
            "Apps",
            "Quoted, as the field does",
        ),
        ("# A\n\n<!-- metadata -->\n* **Category**:\n<!-- endmetadata -->\n* **Category**: Later", "", ""),
        ("Two\nlines\n\nAnother paragraph", "", "Two lines"),
    ],
)
def test_what_is_missing_stays_blank(text: str, category: str, description: str) -> None:
    """A README without the field's lines, or with half of them, must be read as far as it goes."""
    entry = parse_readme(text, "a")
    assert (entry.name, entry.category, entry.description) == ("a", category, description)
