"""What: nothing sets what a host is made of: a `hostname`, an item of `extra_hosts`, or the ``Host(`...`)`` of a
routing rule.

Why: a rule with an empty host routes nothing, and the app cannot be reached; with half a host it is somebody else's.

Docker: `docker stack` fills in an empty text, without a word.

Write: the setting into the app's `.env` file, or a default:

    deploy:
      labels:
        traefik.http.routers.app.rule: Host(`${DOMAIN:-app.example.org}`)
"""

from __future__ import annotations

from coopnb.lint.rule import Rule

RULE = Rule.of(__name__, __doc__, "error")
