"""What: the `mode` of a config or a secret comes from a setting, and begins with a zero, such as `0440`.

Why: the file has other rights than those that were meant: 440 in decimal is 0670 in octal, which lets a group write.

Docker: `docker stack` reads a number of the file by YAML's rules (`0440` is 288), and one that comes from a setting by
others (`0440` is 440).

Write: the mode itself:

    secrets:
      - {source: password, mode: 0440}
"""

from __future__ import annotations

from coopnb.lint.rule import Rule

RULE = Rule.of(__name__, __doc__, "error")
