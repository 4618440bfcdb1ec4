"""What: a published port has an address: `127.0.0.1:8080:80`. With one of the loopback this is an error, with any other
a warning.

Why: a database that should be reached from its own machine only is open to everybody who reaches any node.

Docker: `docker stack` prints that it ignores the address, and swarm publishes the port on every address of every node.

Write: no port; services of the same network reach each other without one:

    networks: [inside]
"""

from __future__ import annotations

from coopnb.lint.rule import Rule

RULE = Rule.of(__name__, __doc__, "error")
