"""What an author should know of a recipe: one rule a file in ``rules/``, whose docstring is its page."""

from coopnb.lint.rule import Rule
from coopnb.lint.rules import RULES
from coopnb.lint.run import look_at

__all__ = ["RULES", "Rule", "look_at"]
