"""What: a name without braces is followed by `-` or `?`, such as `$NAME-data`.

Why: by the compose specification the name ends at the `-`. Docker takes what follows for a default: where `NAME` is
set, `-data` is lost.

Docker: `docker stack` allows a default and a condition without braces, too.

Write: the braces:

    environment:
      FOLDER: ${NAME}-data
"""

from __future__ import annotations

from coopnb.lint.rule import Rule

RULE = Rule.of(__name__, __doc__, "error")
