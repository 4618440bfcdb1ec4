"""The page about findings says what the rules say."""

from __future__ import annotations

import re

from coopnb.lint import RULES
from coopnb.server.given import UNREADABLE
from tests.lint.named import named_in
from tools.findings import OTHERS, PAGE, page


def test_the_page_is_current() -> None:
    """The page must be as the rules make it (python -m tools.findings writes it anew)."""
    assert PAGE.read_text(encoding="utf-8") == page()


def test_every_rule_has_a_section() -> None:
    """Each rule must have a section with all of its parts, those of errors first."""
    sections = re.findall(r"^## ([a-z-]+)$", page(), re.MULTILINE)
    weight = {rule.name: rule.weight for rule in RULES}
    assert sorted(sections) == sorted(weight)
    assert [weight[name] for name in sections] == sorted((weight[name] for name in sections), key=_rank)
    for head in ("Why", "What docker does", "Write instead"):
        assert page().count(f"\n**{head}.**") == len(RULES)


def test_what_is_found_beside_the_compose_files_is_all_there() -> None:
    """Each name of a finding in the other rooms must stand in the page's last table, and no other."""
    rooms = ("envfile", "secrets", "convert", "server", "plan")
    written = {name for room in rooms for name in named_in(room)}
    missing = {f"{kind}-missing" for kind in ("network", "config", "secret")}
    assert {*written, *missing, UNREADABLE} == set(OTHERS)


def _rank(weight: str) -> int:
    return ("error", "warning", "note").index(weight)
