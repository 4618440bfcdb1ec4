"""What: the `file` of a config or a secret, or an `env_file`, leads out of the recipe's folder: by `..`, by an absolute
path, or by a link.

Why: a recipe from the commons that names `/root/.ssh/id_ed25519` would have it sent to the swarm, and read by its
containers. A recipe that is not hostile works on one machine only.

Docker: `docker stack` reads any file that whoever deploys may read, and sends it.

Write: a file in the recipe's folder:

    configs:
      settings: {file: ./settings.ini}
"""

from __future__ import annotations

from coopnb.lint.rule import Rule

RULE = Rule.of(__name__, __doc__, "error")
