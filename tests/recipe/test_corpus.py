"""The corpus without docker: what its names promise is so."""

from __future__ import annotations

import re

from coopnb.errors import RecipeError
from tests.recipe.corpus import Case, cases


def _refusal(case: Case) -> RecipeError | None:
    try:
        case.read()
    except RecipeError as error:
        return error
    return None


def test_the_corpus_is_as_large_as_it_says() -> None:
    """There must be a file per key and per form, those that are refused among them."""
    small = [case for case in cases() if not case.name.startswith("recipes/")]
    assert len(small) >= 600
    assert sum(case.refused for case in small) >= 200
    assert sum(len(case.files) > 1 for case in small) >= 60


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
