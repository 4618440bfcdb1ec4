"""What: a later file says `false`, `0` or an empty text where an earlier one has a value.

Why: the later file is there to switch something off, and it stays on.

Docker: `docker stack` cannot tell a false, a zero or an empty text from nothing, and lets nothing override. Only
`replicas`, `parallelism`, `max_attempts` and `retries` can become 0.

Write: it into the later files only, where it is wanted; or a value that is not empty:

    services:
      app: {read_only: true}
"""

from __future__ import annotations

from coopnb.lint.rule import Rule

RULE = Rule.of(__name__, __doc__, "error")
