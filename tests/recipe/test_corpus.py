"""The corpus without docker: what its names promise is so."""

from __future__ import annotations

import re

from coopnb.convert import convert
from coopnb.errors import CoopError, RecipeError
from coopnb.model.recipe import RecipeVersion
from coopnb.recipe import load
from tests.convert.apps import app
from tests.recipe.corpus import Case, cases


def _refusal(case: Case) -> RecipeError | None:
    try:
        case.read()
    except RecipeError as error:
        return error
    return None


def test_the_corpus_is_as_large_as_it_says() -> None:
    """There must be a file per key and per form, those that are refused among them."""
    recipes = [case for case in cases() if case.name.startswith("recipes/")]
    small = [case for case in cases() if case not in recipes]
    assert len(recipes) >= 20
    assert len(small) >= 600
    assert sum(case.refused for case in small) >= 200
    assert sum(len(case.files) > 1 for case in small) >= 60


def test_every_recipe_of_the_corpus_can_be_deployed() -> None:
    """A recipe must have all it refers to: images, declared networks and volumes, and its files."""
    for case in cases():
        if case.name.startswith("recipes/"):
            read = load(RecipeVersion(case.name, "1", "c0ffee", True, case.folder), case.files, case.settings)
            assert len(read.compose.services) >= 1


def test_what_cannot_be_deployed_is_refused_after_it_was_read() -> None:
    """A case that only the deploy refuses must be refused by the loading or the converting of a recipe."""
    taken = []
    for case in cases():
        if case.undeployable:
            try:
                source = RecipeVersion(case.name, "1", "c0ffee", True, case.folder)
                convert(app(load(source, case.files, case.settings)))
            except CoopError:
                continue
            taken.append(case.name)
    assert taken == []


def test_each_case_is_read_or_refused_as_its_name_says() -> None:
    """A case must be refused if and only if its name begins with ``refused-``."""
    wrong = [f"{case.name}: {_refusal(case)}" for case in cases() if (_refusal(case) is not None) != case.refused]
    assert wrong == []


def test_every_refusal_tells_file_line_and_column() -> None:
    """An error about a file must name the file, the line and the column."""
    without: list[str] = []
    for case in cases():
        error = _refusal(case)
        if error is not None and not re.match(r"[^\s:]+\.(yml|vars):[1-9]\d*:[1-9]\d*(  |$)", error.where or ""):
            without.append(f"{case.name}: {error.where}")
    assert without == []
