"""What: a service has `container_name` or `expose`.

Why: another tool, a script or a person may count on the name. Swarm names every container after its service, its
number and its task, so that several can run.

Docker: `docker stack deploy` prints "Ignoring deprecated options" with the reason, and goes on.

Write: nothing. Inside a network, a service is reached by its key, on every port it listens on:

    environment:
      DB_HOST: db
"""

from __future__ import annotations

from collections.abc import Iterator

from coopnb.lint.rule import Rule
from coopnb.model.finding import Finding
from coopnb.model.recipe import Recipe

# docker/cli compose/types/types.go, DeprecatedProperties
_INSTEAD: dict[str, str] = {
    "container_name": "swarm names the containers of a service",
    "expose": "services on the same network reach every port of each other",
}


def look(recipe: Recipe) -> Iterator[Finding]:
    """A finding for each of the keys that says something."""
    return RULE.keys_without_effect(recipe, _INSTEAD)


RULE = Rule.of(__name__, __doc__, "warning", look)
