"""What an operator chose: where, what, which version, for whom."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Choice:
    """The four answers a runbook starts from; a blank one is not chosen yet.

    Attributes:
        server: the name of a server. recipe: the name of a recipe.
        version: a tag of the recipe (``1.3.0+1.39.17``), or a short commit.
        domain: the app's name, usually a domain (``wiki.example.org``).
    """

    server: str = ""
    recipe: str = ""
    version: str = ""
    domain: str = ""

    @property
    def missing(self) -> tuple[str, ...]:
        """The names of what is still blank, in the order they are asked for."""
        return tuple(name for name in ("server", "recipe", "version", "domain") if not getattr(self, name).strip())
