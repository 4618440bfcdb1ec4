"""What: a service has `restart` and `deploy.restart_policy`.

Why: only one of the two counts, and it is not the one that an author who comes from a single machine looks at.

Docker: `docker stack` looks at `restart` only where there is no `deploy.restart_policy`.

Write: the policy alone:

    deploy:
      restart_policy: {condition: on-failure, max_attempts: 3}
"""

from __future__ import annotations

from collections.abc import Iterator

from coopnb.lint.rule import Rule
from coopnb.model.finding import Finding
from coopnb.model.recipe import Recipe


def look(recipe: Recipe) -> Iterator[Finding]:
    """A finding for each service that has both."""
    for name, service in recipe.compose.services.items():
        if service.restart and service.deploy.restart_policy is not None:
            text = "restart has no effect, because deploy.restart_policy is there"
            yield RULE.finding(recipe, ("services", name, "restart"), text, "remove restart")


RULE = Rule.of(__name__, __doc__, "warning", look)
