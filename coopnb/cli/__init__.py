"""The command line: argument parsing, then one call into the same public names that notebooks use.

Exit statuses: 0 done and observed; 1 the swarm did not end as planned; 2 wrong input; 3 waits for an
approval; 4 a server cannot be reached; 130 interrupted.
"""

from coopnb.cli.entry import main

__all__ = ["main"]
