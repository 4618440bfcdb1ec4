"""What: an option of a volume, or of a config or secret that a service mounts, is none that swarm knows: `mode` of a
tmpfs, `create_host_path` and `selinux` of a bind, or a misspelt one.

Why: a folder that should be made is not there, and the tasks are rejected; or a misspelling goes unseen.

Docker: its schema allows any key at these places, and `docker stack` drops those that it does not know.

Write: what is left when the key is taken out; a folder on the nodes is made by hand:

    volumes:
      - {type: bind, source: /srv/data, target: /data}
"""

from __future__ import annotations

from coopnb.lint.rule import Rule

RULE = Rule.of(__name__, __doc__, "warning")
