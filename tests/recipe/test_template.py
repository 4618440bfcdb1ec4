"""What ``${...}`` means, held against what docker CLI 28.2.2 makes of it."""

from __future__ import annotations

from typing import Any

import pytest

from coopnb.recipe.template import substitute
from tests.recipe.cases import cases


@pytest.mark.parametrize("case", cases("interpolation.jsonl"), ids=lambda case: f"{case['text']} {case['settings']}")
def test_an_expression_means_what_it_means_to_docker(case: dict[str, Any]) -> None:
    """Every expression must give docker's value, or be refused where docker refuses it."""
    done = substitute(case["text"], case["settings"])
    assert (done.refused is not None) == case.get("refused", False)
    if done.refused is None:
        assert done.text == case["value"]


@pytest.mark.parametrize(
    ("text", "settings", "rule"),
    [
        ("$X-suffix", {"X": "v"}, "operator-without-braces"),
        ("$X?q", {"X": "v"}, "operator-without-braces"),
        ("${X:?need-a-value}", {}, "operator-misread"),
        ("${X:?need-a-value}", {"X": "v"}, "operator-misread"),
        ("${X-a:-b}", {}, "operator-misread"),
        ("${X:-${Y}}", {}, "nested-default"),
        ("${X:-${Y}}", {"X": "v"}, "nested-default"),
        ("${X:-$Y}", {"Y": "y"}, "default-is-literal"),
        ("${X:-a$$b}", {}, "default-is-literal"),
        ("${X:?a} ${Y}", {"Y": "y"}, "error-is-swallowed"),
        ("$ ${Y}", {"Y": "y"}, "error-is-swallowed"),
    ],
)
def test_a_reading_that_contradicts_the_specification_is_doubted(
    text: str, settings: dict[str, str], rule: str
) -> None:
    """Where docker and the compose specification disagree, the rule that says so must be given."""
    assert rule in {doubt.rule for doubt in substitute(text, settings).doubts}


@pytest.mark.parametrize(
    "text", ["${X:-a-b}", "${X}-suffix", "$X:8080", "${X:-}", "$$X", "${X:-$Y}", "a ${X} b ${Y:-c}", "${X?no}"]
)
def test_a_reading_that_both_share_is_not_doubted(text: str) -> None:
    """What docker and the specification read alike must raise no doubt."""
    assert substitute(text, {"X": "v", "Y": "y"}).doubts == ()


def test_it_tells_which_settings_flowed_in_and_which_are_missing() -> None:
    """Used names must come in order and once, names without a value or default apart."""
    done = substitute("${B}${A}${B}${C}${D:-d}", {"A": "a", "B": "b"})
    assert (done.text, done.used, done.missing) == ("babd", ("B", "A"), ("C",))
