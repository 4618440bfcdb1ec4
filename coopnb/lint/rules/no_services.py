"""What: the compose files have no services.

Why: nothing would run, and a file that was cut short, or indented wrongly, looks like that.

Docker: `docker stack` reads such files, deploys what else is in them, and says nothing.

Write: the services, at the indentation of the files' other sections:

    services:
      app: {image: "nginx:1.27"}
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from coopnb.lint.rule import Rule
from coopnb.model.finding import Finding
from coopnb.model.recipe import Recipe


def look(recipe: Recipe) -> Iterator[Finding]:
    """One finding, at the first thing that the files do have."""
    if not recipe.compose.services:
        text = "there are no services: docker stack would deploy nothing, and say nothing"
        hint = "look for services: in the files, and at the indentation"
        found = RULE.finding(recipe, next(iter(recipe.origins), ()), text, hint)
        yield replace(found, path=("services",))


RULE = Rule.of(__name__, __doc__, "error", look)
