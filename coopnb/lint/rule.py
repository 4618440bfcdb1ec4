"""A rule: its name, how much it weighs, its page, and how it is found in a recipe."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from coopnb.model.finding import Finding, Severity
from coopnb.model.origin import KeyPath, Origin
from coopnb.model.recipe import Recipe
from coopnb.recipe.node import shown

PARTS = ("What", "Why", "Docker", "Write")
"""What the page of a rule says, in this order: each begins a paragraph, as in ``Why: ...``."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that may be wrong or surprising in a recipe.

    Attributes:
        name: a short stable name in kebab case, that of its file.
        weight: an ``error`` blocks a plan. Some weigh less in a milder case, never more.
        page: what, why, what docker does and what to write instead, as in :data:`PARTS`.
        look: finds it in a merged recipe; ``None`` where it can only be seen while files are read, and is told there.
    """

    name: str
    weight: Severity
    page: str
    look: Callable[[Recipe], Iterator[Finding]] | None = None

    @classmethod
    def of(
        cls, module: str, page: str | None, weight: Severity, look: Callable[[Recipe], Iterator[Finding]] | None = None
    ) -> Rule:
        """The rule that a module of ``rules/`` is."""
        return cls(module.rpartition(".")[2].replace("_", "-"), weight, page or "", look)

    def finding(self, recipe: Recipe, path: KeyPath, text: str, hint: str) -> Finding:
        """What this rule says of a place in a recipe."""
        is_error = self.weight == "error"
        return Finding(self.weight, self.name, shown(text), place(recipe, path), path, shown(hint), is_error)

    def keys_without_effect(self, recipe: Recipe, instead: Mapping[str, str]) -> Iterator[Finding]:
        """A finding for each key of a service that says something; ``instead`` has the keys, and what to do."""
        for name, service in recipe.compose.services.items():
            for key, hint in instead.items():
                if getattr(service, key):
                    yield self.finding(recipe, ("services", name, key), f"{key} has no effect on swarm", hint)


def place(recipe: Recipe, path: KeyPath) -> Origin | None:
    """Where a key path was written, or the nearest one above it."""
    return next((recipe.origins[path[:end]] for end in range(len(path), 0, -1) if path[:end] in recipe.origins), None)
