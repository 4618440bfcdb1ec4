"""What: nothing sets what an image's name is made of.

Why: an image without its registry or its tag may be a different one, of somebody else. Where nothing is left that
could be an image, reading ends at this place.

Docker: `docker stack` fills in an empty text, without a word.

Write: the setting into the app's `.env` file, or a default:

    image: ${REGISTRY:-registry.example.org/}nginx:1.27
"""

from __future__ import annotations

from coopnb.lint.rule import Rule

RULE = Rule.of(__name__, __doc__, "error")
