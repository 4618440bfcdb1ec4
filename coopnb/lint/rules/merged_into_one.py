"""What: several files are merged, and two items of a list count as the same one: ports by `published`, volumes by
`target`, configs and secrets by `source`.

Why: one of them is lost: DNS over TCP without DNS over UDP, or the second of two ports that have no published number.
It is enough that another file is there; it need not say anything of the list.

Docker: `docker stack` merges these lists by that one key, whatever the protocol, and the last item stays.

Write: everything that belongs together into one file, and no second one; or published numbers of their own:

    ports:
      - 53:53/tcp
      - 5353:53/udp
"""

from __future__ import annotations

from coopnb.lint.rule import Rule

RULE = Rule.of(__name__, __doc__, "error")
