"""What: nothing sets a setting that has no default.

Why: many a recipe means it so: an empty value switches something off. It is told once, where it first stands.

Docker: `docker stack` fills in an empty text, without a word.

Write: an empty default says that it is meant:

    environment:
      SMTP_HOST: ${SMTP_HOST:-}
"""

from __future__ import annotations

from coopnb.lint.rule import Rule

RULE = Rule.of(__name__, __doc__, "note")
