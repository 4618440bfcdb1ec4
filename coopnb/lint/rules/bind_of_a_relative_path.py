"""What: a bind mount's source is a relative path, such as `./data`.

Why: the folder is on the machine that deploys. On the nodes of the swarm there is none, and the tasks are rejected; or
there is another one, at the same place.

Docker: `docker stack` makes the path absolute, beginning at the folder of the first file, and sends it.

Write: a named volume for data, a config for a file of the recipe, or an absolute path that every node has:

    volumes:
      - data:/var/lib/app
"""

from __future__ import annotations

from coopnb.lint.rule import Rule

RULE = Rule.of(__name__, __doc__, "error")
