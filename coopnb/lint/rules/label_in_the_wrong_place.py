"""What: a label of `traefik.`, `backupbot.`, `coop-cloud.` or `swarm.cronjob.` stands under the service's `labels`, and
not under `deploy.labels`.

Why: those who read these labels ask the swarm for its services. The app is not routed, or, which nobody notices for
months, not backed up.

Docker: `docker stack` puts `deploy.labels` on the service and `labels` on each of its containers.

Write:

    deploy:
      labels:
        backupbot.backup: "true"
"""

from __future__ import annotations

from collections.abc import Iterator

from coopnb.lint.rule import Rule
from coopnb.model.finding import Finding
from coopnb.model.recipe import Recipe

_OF_SERVICES = ("traefik.", "backupbot.", "coop-cloud.", "swarm.cronjob.")


def look(recipe: Recipe) -> Iterator[Finding]:
    """One finding a service, at the first of the labels; those that stand in both places are well."""
    for name, service in recipe.compose.services.items():
        lost = [
            label for label in service.labels if label.startswith(_OF_SERVICES) and label not in service.deploy.labels
        ]
        if lost:
            more = f" and {len(lost) - 1} more" if len(lost) > 1 else ""
            text = f"{lost[0]}{more}: a label of the containers, and those it is for read the labels of the service"
            path = ("services", name, "labels", lost[0])
            yield RULE.finding(recipe, path, text, "move it to deploy: labels:")


RULE = Rule.of(__name__, __doc__, "warning", look)
