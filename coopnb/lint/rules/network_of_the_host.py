"""What: a service is on the external network named `host`.

Why: it sees all traffic of its node, reaches what listens on the node's own addresses only, and takes its ports from
everything else there.

Docker: `docker stack` sends the network's name, and the task runs without a network of its own.

Write: a network of the stack, and the ports that the app needs, published by the nodes that run it:

    ports:
      - {target: 53, published: 53, protocol: udp, mode: host}
"""

from __future__ import annotations

from collections.abc import Iterator

from coopnb.lint.rule import Rule
from coopnb.model.finding import Finding
from coopnb.model.recipe import Recipe


def look(recipe: Recipe) -> Iterator[Finding]:
    """A finding for each service that is on it."""
    for name, service in recipe.compose.services.items():
        for network in service.networks:
            declared = recipe.compose.networks.get(network)
            if declared is not None and declared.external and declared.name == "host":
                text = "it is on the host's own network: it sees the traffic of its node, and what listens there only"
                hint = "use a network of the stack, and ports with mode: host"
                yield RULE.finding(recipe, ("services", name, "networks", network), text, hint)


RULE = Rule.of(__name__, __doc__, "warning", look)
