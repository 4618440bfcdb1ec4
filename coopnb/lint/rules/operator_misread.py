"""What: the message of a required setting has a `-` in it, such as `${PASSWORD:?need-a-value}`.

Why: the author wanted this to stop while the setting is missing. It goes on, with a part of the message as the value.

Docker: `docker stack` looks for `:-` and `-` before it looks for `:?` and `?`, and so finds a default, for a setting
whose name ends in `:?need`.

Write: a message without a `-`:

    environment:
      PASSWORD: ${PASSWORD:?a value is needed}
"""

from __future__ import annotations

from coopnb.lint.rule import Rule

RULE = Rule.of(__name__, __doc__, "error")
