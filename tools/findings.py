"""Writes docs/findings.md from the docstrings of the rules.

python -m tools.findings          # write it anew
"""

from __future__ import annotations

import re
from pathlib import Path

from coopnb.lint import RULES, Rule
from coopnb.lint.rule import PARTS

PAGE = Path(__file__).parent.parent / "docs" / "findings.md"

_HEADS = {"Why": "Why", "Docker": "What docker does", "Write": "Write instead"}
_WEIGHTS = ("error", "warning", "note")
_HEAD = """\
# What coopnb finds in a recipe

This page is made from the rules (`coopnb/lint/rules/`, by `python -m tools.findings`); a test holds it to them.

coopnb reads a compose file as `docker stack` reads it. What that reading does behind the author's back is said here,
because nobody else says it. `coopnb check PATH` looks at a recipe, an app or any stack file; a plan shows the same.

- An **error** blocks a plan: docker reads something that its author cannot have meant, or a file of somebody else.
  Mend the file; or, if it is wanted as it is, accept the error by its name: `deploy-app` and `upgrade-app` take
  `accept=restart-no-restarts`. What was accepted is part of the plan's digest, and is kept with the reason.
- A **warning** goes with a plan: something is dropped or changed without a word, or gives a container much of its node.
- A **note** is for whoever looks for something.

Each rule has a test in which the docker CLI does what is said here, and what stands under *Write instead* has no
finding. Beside these, a plan has findings about the swarm as it is, such as a secret that is missing there; and a file
that cannot be read is an error, with its place.
"""


def page() -> str:
    """The whole page, in Markdown: a table of all rules, worst first, then a section for each."""
    rules = sorted(RULES, key=lambda rule: (_WEIGHTS.index(rule.weight), rule.name))
    rows = [f"| [{rule.name}](#{rule.name}) | {rule.weight} |\n" for rule in rules]
    table = "".join(("| rule | weight |\n", "|---|---|\n", *rows))
    return "\n".join((_HEAD, table, *map(_section, rules)))


def _section(rule: Rule) -> str:
    parts = dict(zip(PARTS, re.split(rf"(?:^|\n\n)(?:{'|'.join(PARTS)}):", rule.page)[1:], strict=True))
    told = [f"**{head}.**{_begun(parts[part])}\n" for part, head in _HEADS.items()]
    return "\n".join((f"## {rule.name}\n", f"{rule.weight.capitalize()}.{_begun(parts['What'])}\n", *told))


def _begun(text: str) -> str:
    """A part from its first word on, which follows on the line, or from its example on, which does not."""
    text = text.rstrip()
    return f" {text[1:2].upper()}{text[2:]}" if text.startswith(" ") else text


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
