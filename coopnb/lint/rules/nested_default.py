"""What: an expression stands within the default of another one, such as `${HOST:-${DOMAIN}}`.

Why: the compose specification reads the inner one first; docker ends the outer one at the first closing brace. Where
`HOST` is set, a brace is left over behind its value.

Docker: `docker stack` reads `${HOST:-${DOMAIN}` and then the text `}`.

Write: a setting that has its value in the app's `.env` file, where settings can use earlier ones:

    environment:
      HOST: ${HOST}
"""

from __future__ import annotations

from coopnb.lint.rule import Rule

RULE = Rule.of(__name__, __doc__, "error")
