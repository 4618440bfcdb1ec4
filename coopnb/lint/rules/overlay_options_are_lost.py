"""What: a later file adds `options` to a `logging` that has none, or `driver_opts` to a network of a service.

Why: the options are written, and have no effect: logs grow without the limit that was meant for them.

Docker: `docker stack` loses them when it merges the files.

Write: at least one of the options into the first file:

    logging: {driver: json-file, options: {max-size: 10m}}
"""

from __future__ import annotations

from coopnb.lint.rule import Rule

RULE = Rule.of(__name__, __doc__, "error")
