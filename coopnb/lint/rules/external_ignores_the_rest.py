"""What: a network, config or secret is `external` and has a driver, options, labels or a file besides.

Why: it is used as it is, or not at all. What stands beside `external` may be wrong, and nobody will notice.

Docker: `docker stack` reads the rest and does nothing with it.

Write: the name alone:

    networks:
      proxy: {external: true}
"""

from __future__ import annotations

from coopnb.lint.rule import Rule

RULE = Rule.of(__name__, __doc__, "warning")
