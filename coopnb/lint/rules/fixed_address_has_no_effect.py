"""What: a service has `ipv4_address` or `ipv6_address` on a network.

Why: whatever counts on the address, such as another service's settings or a firewall, finds nothing there.

Docker: `docker stack` reads the address and drops it without a word; swarm gives out the addresses itself.

Write: the service's key in place of its address, wherever that is used:

    environment:
      DNS_SERVER: resolver
"""

from __future__ import annotations

from collections.abc import Iterator

from coopnb.lint.rule import Rule
from coopnb.model.finding import Finding
from coopnb.model.recipe import Recipe


def look(recipe: Recipe) -> Iterator[Finding]:
    """A finding for each address."""
    for name, service in recipe.compose.services.items():
        for network, options in service.networks.items():
            for key in ("ipv4_address", "ipv6_address"):
                if options is not None and getattr(options, key):
                    text = f"{key} has no effect: swarm gives out the addresses"
                    path = ("services", name, "networks", network, key)
                    yield RULE.finding(recipe, path, text, "use the service's name")


RULE = Rule.of(__name__, __doc__, "warning", look)
