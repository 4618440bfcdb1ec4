"""What: two files have a `healthcheck.test` for the same service.

Why: the words of both are one command, which is neither. It may fail always, or succeed always.

Docker: `docker stack` joins the two lists: `[CMD, a]` and `[CMD, b]` become `[CMD, a, CMD, b]`.

Write: the test in one of the files only; its times can be in the other:

    healthcheck: {interval: 30s}
"""

from __future__ import annotations

from coopnb.lint.rule import Rule

RULE = Rule.of(__name__, __doc__, "warning")
