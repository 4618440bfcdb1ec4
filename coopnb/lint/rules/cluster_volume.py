"""What: a volume has `x-cluster-spec`: it is to be made in a storage cluster (CSI).

Why: such a volume is not converted yet, and one on a node's own disk would take its place. This error cannot be
accepted.

Docker: `docker stack` reads the key, for volumes of type `cluster`.

Write: make the volume by hand (`docker volume create --type ...`), and name it as one that is there:

    volumes:
      data: {external: true, name: data}
"""

from __future__ import annotations

from coopnb.lint.rule import Rule

RULE = Rule.of(__name__, __doc__, "error")
