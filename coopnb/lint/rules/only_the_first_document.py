"""What: a compose file holds several YAML documents, with `---` between them.

Why: everything after the first one has no effect.

Docker: `docker stack` reads the first document and not the others.

Write: one document a file:

    COMPOSE_FILE="compose.yml:compose.mail.yml"
"""

from __future__ import annotations

from coopnb.lint.rule import Rule

RULE = Rule.of(__name__, __doc__, "warning")
