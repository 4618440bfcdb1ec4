"""What: a volume's short form has an option that swarm does not know, such as `z` or `Z` of SELinux.

Why: on a node with SELinux the app may not read its own data.

Docker: `docker stack` drops the option without a word.

Write: nothing; label the folder on the nodes once, by hand:

    volumes:
      - /srv/data:/data
"""

from __future__ import annotations

from coopnb.lint.rule import Rule

RULE = Rule.of(__name__, __doc__, "warning")
