"""What: a service has `depends_on`.

Why: swarm starts services in any order, and again in any order after a node was lost. An app that counts on its
database being there first fails at a moment when nobody watches.

Docker: `docker stack` reads the list and drops it without a word.

Write: nothing; the app itself waits for what it needs and tries again. Where it cannot, its entrypoint does:

    command: sh -c 'until nc -z db 5432; do sleep 1; done; exec run-the-app'
"""

from __future__ import annotations

from collections.abc import Iterator

from coopnb.lint.rule import Rule
from coopnb.model.finding import Finding
from coopnb.model.recipe import Recipe


def look(recipe: Recipe) -> Iterator[Finding]:
    """A finding for each service that has it."""
    for name, service in recipe.compose.services.items():
        if service.depends_on:
            hint = "swarm starts services in any order; the app must wait for what it needs"
            yield RULE.finding(recipe, ("services", name, "depends_on"), "depends_on has no effect on swarm", hint)


RULE = Rule.of(__name__, __doc__, "warning", look)
