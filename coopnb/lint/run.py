"""Every rule on one recipe."""

from __future__ import annotations

from coopnb.lint.rules import RULES
from coopnb.model.finding import Finding
from coopnb.model.recipe import Recipe


def look_at(recipe: Recipe) -> tuple[Finding, ...]:
    """What the rules find in a recipe, beside what its reading found; sorted, worst first. Pure."""
    found = (finding for rule in RULES if rule.look is not None for finding in rule.look(recipe))
    return tuple(sorted(found, key=Finding.sort_key))
