"""Unquoted scalars, held against what docker CLI 28.2.2 reads in them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from coopnb.errors import RecipeError
from coopnb.recipe.scalars import go_text, resolve
from tests.recipe.cases import cases
from tests.recipe.reading import read_text

HOLDER = "services:\n  a:\n    image: x\n    environment:\n      k: "


@pytest.mark.parametrize("case", cases("scalars.jsonl"), ids=lambda case: repr(case["scalar"]))
def test_a_scalar_means_what_it_means_to_docker(case: dict[str, Any], tmp_path: Path) -> None:
    """A scalar in an environment must become docker's text, nothing, or an error where docker has one."""
    text = HOLDER + case["scalar"] + "\n"
    if case.get("refused"):
        with pytest.raises(RecipeError):
            read_text(tmp_path, text)
    else:
        assert read_text(tmp_path, text).compose.services["a"].environment == {"k": case["value"]}


@pytest.mark.parametrize(
    ("text", "value"),
    [("-0x1F", -31), ("+0b11", 3), ("-0o17", -15), ("00", 0), ("9223372036854775807", 2**63 - 1), ("1:30", "1:30")],
)
def test_whole_numbers_are_read_in_every_base(text: str, value: int | str) -> None:
    """Signs and prefixes must be read as Go's ParseInt reads them."""
    assert resolve(text) == value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (100000.0, "100000"),
        (1e6, "1e+06"),
        (1234567.5, "1.2345675e+06"),
        (1e20, "1e+20"),
        (0.0001, "0.0001"),
        (0.00001, "1e-05"),
        (123456.75, "123456.75"),
        (-2.5, "-2.5"),
        (1.5e300, "1.5e+300"),
        (-0.0, "-0"),
        (True, "true"),
        (10, "10"),
    ],
)
def test_numbers_are_printed_as_go_prints_them(value: float, text: str) -> None:
    """A number that becomes text must be written as ``fmt.Sprint`` does."""
    assert go_text(value) == text
