"""What: a volume with a name of one letter, in the short form: `d:/data`.

Why: the data are not in the volume. Each task gets one of its own without a name, and loses it.

Docker: `docker stack` takes the letter for a Windows drive, and mounts a nameless volume at `d:/data`.

Write: a longer name, or the long form:

    volumes:
      - data:/data
"""

from __future__ import annotations

from coopnb.lint.rule import Rule

RULE = Rule.of(__name__, __doc__, "error")
