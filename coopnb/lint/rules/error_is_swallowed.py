"""What: a required setting (`${X:?why}`) is missing, or a `$` begins no name, and another expression follows in the
same value.

Why: the author wanted this to stop, and it goes on with an empty text in its place.

Docker: `docker stack` keeps one error for the whole value, and forgets it when a later expression can be filled in.

Write: the required setting last in its value, or in one of its own:

    environment:
      PLACE: ${REGION}/${BUCKET:?the bucket is required}
"""

from __future__ import annotations

from coopnb.lint.rule import Rule

RULE = Rule.of(__name__, __doc__, "error")
