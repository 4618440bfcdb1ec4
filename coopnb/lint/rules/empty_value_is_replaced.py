"""What: a service's environment has an empty value, and the app has a setting of the same name.

Why: the author wrote an empty text and the container has the setting's value.

Docker: `docker stack` fills every variable that has no value from the environment of whoever deploys, which here is
the app's settings.

Write: the setting, or another name:

    environment:
      PROXY_URL: ${PROXY_URL}
"""

from __future__ import annotations

from coopnb.lint.rule import Rule

RULE = Rule.of(__name__, __doc__, "warning")
