"""What: a volume has `x-cluster-spec`: it is meant to be made in a storage cluster (CSI).

Why: nothing makes it there: a service that mounts it as `cluster` waits for ever, and one that mounts it as `volume`
gets an empty one on its node's own disk.

Docker: `docker stack` reads the key, and makes no volume of it.

Write: make the volume by hand (`docker volume create --type ...`), and name it as one that is there:

    volumes:
      data: {external: true, name: data}
"""

from __future__ import annotations

from coopnb.lint.rule import Rule

RULE = Rule.of(__name__, __doc__, "warning")
