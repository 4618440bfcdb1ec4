"""What: the default of an expression has a `$` in it, such as `${HOST:-$DOMAIN}`.

Why: the compose specification fills in the default, too; docker does not. The container gets the text `$DOMAIN`.

Docker: `docker stack` takes a default as it stands, up to the first closing brace.

Write: a setting that has its value in the app's `.env` file, where settings can use earlier ones:

    environment:
      HOST: ${HOST}
"""

from __future__ import annotations

from coopnb.lint.rule import Rule

RULE = Rule.of(__name__, __doc__, "error")
