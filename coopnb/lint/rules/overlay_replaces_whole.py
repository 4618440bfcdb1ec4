"""What: a later file declares a network, volume, config or secret again, and lacks keys of the earlier declaration.

Why: the author may have meant to add one key. The driver, the labels and the options of the first declaration are gone.

Docker: `docker stack` merges services key by key; of everything else it takes the last declaration whole.

Write: the whole declaration in the later file, or none:

    networks:
      inside: {driver: overlay, driver_opts: {encrypted: ""}, attachable: true}
"""

from __future__ import annotations

from coopnb.lint.rule import Rule

RULE = Rule.of(__name__, __doc__, "warning")
