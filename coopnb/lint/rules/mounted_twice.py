"""What: a service mounts one config or secret at two places.

Why: every deploy may replace the service's tasks, though nothing has changed.

Docker: `docker stack deploy` keeps the references of one name in a map (`cli/command/service/parse.go` of docker/cli),
and tells swarm of them in an order that is chance; swarm takes another order for another service.

Write: two entries with one content, each mounted once:

    secrets:
      token: {file: token.txt}
      token_for_cron: {file: token.txt}
"""

from __future__ import annotations

from collections.abc import Iterator

from coopnb.lint.rule import Rule
from coopnb.model.finding import Finding
from coopnb.model.recipe import Recipe


def look(recipe: Recipe) -> Iterator[Finding]:
    """A finding for each mount of a name after the first."""
    for key, service in recipe.compose.services.items():
        for kind, references in (("configs", service.configs), ("secrets", service.secrets)):
            seen: set[str] = set()
            for index, reference in enumerate(references):
                if reference.source in seen:
                    text = f"{reference.source} is mounted at two places, which docker stack tells in any order"
                    hint = "declare it twice, under two names, and mount each once"
                    yield RULE.finding(recipe, ("services", key, kind, index), text, hint)
                seen.add(reference.source)


RULE = Rule.of(__name__, __doc__, "warning", look)
