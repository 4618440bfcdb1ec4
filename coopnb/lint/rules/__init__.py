"""The rules, by name. A new one is a new file here, which says ``RULE = Rule.of(...)``, and nothing else."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from coopnb.lint.rule import Rule

RULES: tuple[Rule, ...] = tuple(import_module(f"{__name__}.{module.name}").RULE for module in iter_modules(__path__))
"""All of them, sorted by name."""
