"""Each rule finds what its page says, where it is, and nothing in what its page says instead."""

from __future__ import annotations

import re

import pytest

from coopnb.lint import RULES, Rule
from coopnb.lint.rule import PARTS
from coopnb.model.origin import key_path_text
from coopnb.recipe.interpolate import IMAGE_NEEDS_A_SETTING
from coopnb.recipe.service_lists import RELATIVE_BIND
from tests.lint.cases import CASE_OF, CASES, Case
from tests.lint.named import named_in

NAMES = [rule.name for rule in RULES]


@pytest.mark.parametrize("case", CASE_OF.values(), ids=NAMES)
def test_it_is_found_where_it_is(case: Case) -> None:
    """The bad files must give findings of this rule only, at the marked lines, at the key path, with a way out."""
    found = case.findings("bad")
    assert [(each.rule, str(each.origin)) for each in found] == [(case.rule, place) for place in case.marked()]
    assert key_path_text(found[0].path) == case.docker["path"]
    assert all(each.hint for each in found)


@pytest.mark.parametrize("case", CASE_OF.values(), ids=NAMES)
def test_what_its_page_says_instead_has_no_finding(case: Case) -> None:
    """The mended files must be clean."""
    assert [str(each) for each in case.findings("clean")] == []


@pytest.mark.parametrize("rule", RULES, ids=NAMES)
def test_it_weighs_what_its_page_says(rule: Rule) -> None:
    """A finding must have the weight of its rule."""
    assert {each.severity for each in CASE_OF[rule.name].findings("bad")} == {rule.weight}


@pytest.mark.parametrize("rule", RULES, ids=NAMES)
def test_its_page_has_all_parts(rule: Rule) -> None:
    """A page must say what, why, what docker does and what to write, in this order."""
    assert re.findall(r"(?:^|\n\n)([A-Z]\w+):[ \n]", rule.page) == list(PARTS)


def test_there_is_no_case_without_a_rule() -> None:
    """Every folder of cases must belong to a rule."""
    assert sorted(path.name for path in CASES.iterdir()) == NAMES


def test_whatever_the_reading_of_recipes_finds_has_a_page() -> None:
    """What the room ``recipe`` tells and the rules without a look of their own must be the same."""
    told = {rule.name for rule in RULES if rule.look is None}
    assert {*named_in("recipe"), IMAGE_NEEDS_A_SETTING, RELATIVE_BIND} == told
