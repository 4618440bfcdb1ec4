"""The page about findings says what the rules say."""

from __future__ import annotations

import re

from coopnb.lint import RULES
from tools.findings import PAGE, page


def test_the_page_is_current() -> None:
    """The page must be as the rules make it (python -m tools.findings writes it anew)."""
    assert PAGE.read_text(encoding="utf-8") == page()


def test_every_rule_has_a_section() -> None:
    """Each rule must have a section with all of its parts, those of errors first."""
    sections = re.findall(r"^## (\S+)$", page(), re.MULTILINE)
    weight = {rule.name: rule.weight for rule in RULES}
    assert sorted(sections) == sorted(weight)
    assert [weight[name] for name in sections] == sorted((weight[name] for name in sections), key=_rank)
    for head in ("Why", "What docker does", "Write instead"):
        assert page().count(f"\n**{head}.**") == len(RULES)


def _rank(weight: str) -> int:
    return ("error", "warning", "note").index(weight)
