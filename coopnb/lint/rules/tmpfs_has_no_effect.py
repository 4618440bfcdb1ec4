"""What: a service has `tmpfs`.

Why: together with `read_only: true` the app is left without any place to write to. Alone, what should be in memory
lies on the node's disk.

Docker: `docker stack` reads the list and drops it without a word. A volume of type `tmpfs` is honoured.

Write:

    volumes:
      - {type: tmpfs, target: /tmp}
"""

from __future__ import annotations

from collections.abc import Iterator

from coopnb.lint.rule import Rule
from coopnb.model.finding import Finding
from coopnb.model.recipe import Recipe


def look(recipe: Recipe) -> Iterator[Finding]:
    """A finding for each service that has it."""
    for name, service in recipe.compose.services.items():
        if service.tmpfs:
            path = ("services", name, "tmpfs")
            yield RULE.finding(recipe, path, "tmpfs has no effect on swarm", "use volumes with type: tmpfs")


RULE = Rule.of(__name__, __doc__, "warning", look)
