"""What: nothing sets what the `name` of a network, a volume, a config or a secret is made of.

Why: under half a name there is another object than the app's, or none. Two apps may share it unawares.

Docker: `docker stack` fills in an empty text, without a word.

Write: the setting into the app's `.env` file, or a default:

    configs:
      entrypoint: {file: entrypoint.sh, name: "entrypoint_${ENTRYPOINT_VERSION:-v1}"}
"""

from __future__ import annotations

from coopnb.lint.rule import Rule

RULE = Rule.of(__name__, __doc__, "error")
