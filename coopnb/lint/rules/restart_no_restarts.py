"""What: `restart: "no"`, without a `deploy.restart_policy`.

Why: it means its opposite. A job that should run once, a migration or a backup, runs again and again.

Docker: `docker stack` turns `always`, `unless-stopped` and `on-failure` into a restart policy, and `no` into none;
swarm's own is then to restart a task whenever it ends.

Write:

    deploy:
      restart_policy: {condition: none}
"""

from __future__ import annotations

from collections.abc import Iterator

from coopnb.lint.rule import Rule
from coopnb.model.finding import Finding
from coopnb.model.recipe import Recipe


def look(recipe: Recipe) -> Iterator[Finding]:
    """A finding for each service that has it."""
    for name, service in recipe.compose.services.items():
        if service.deploy.restart_policy is None and service.restart.partition(":")[0] == "no":
            text = 'docker drops restart: "no", and swarm then restarts the task whenever it ends'
            hint = "say deploy: restart_policy: condition: none"
            yield RULE.finding(recipe, ("services", name, "restart"), text, hint)


RULE = Rule.of(__name__, __doc__, "error", look)
