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
finding. What is found beside the compose files stands at the end.
"""

OTHERS: dict[str, tuple[str, str]] = {
    "unreadable": (
        "error",
        "a file cannot be read, or docker refuses it; nothing else of it was looked at",
    ),
    "no-main-service": ("warning", "no service is called `app`: the app's settings and labels have nowhere to go"),
    "secret-charset-is-unknown": ("warning", "the `charset=` beside a secret's version is none that is known"),
    "setting-names-one-that-is-not-set": ("warning", "a setting uses another one, which no line before it sets"),
    "setting-is-read-otherwise-elsewhere": ("warning", "abra reads a dollar in a value otherwise than docker does"),
    "version-not-tagged": ("warning", "the recipe is used at a commit that is no released version"),
    "name-is-refused": ("error", "swarm takes no object of such a name, or of one as long"),
    "two-mounts-at-one-place": ("error", "swarm takes no service with two mounts at one place"),
    "engine-forgets": ("warning", "the server's engine is too old for a key, and forgets it without a word"),
    "network-missing": ("error", "an external network is not in the swarm"),
    "config-missing": ("error", "an external config is not in the swarm"),
    "secret-missing": ("error", "an external secret is not in the swarm, and nothing says how it is made"),
    "state-cannot-be-kept": (
        "warning",
        "what is kept in the swarm for undo will lack something, so there is no going back to it",
    ),
    "config-changed": ("error", "a config is in the swarm with other content, and swarm never changes one"),
    "image-missing": ("error", "the registry has no such image; a warning where its tasks run already"),
    "image-unresolved": ("warning", "the registry did not say which image a tag means today"),
    "secret-value-kept": ("note", "a secret is in the swarm, and nothing tells whether its file holds another value"),
    "driver-kept": ("warning", "a secret or config is in the swarm with other plugins, and swarm never changes them"),
    "secret-gone": ("error", "a secret that a kept state needs is not in the swarm any more"),
    "setting-withheld": ("error", "the value of a setting is not kept in the swarm, because it looks secret"),
    "setting-of-today": ("warning", "a setting that is not kept is taken from this machine, as it is today"),
    "state-without-digest": ("warning", "a kept state does not say which image its tag meant"),
    "scaled-until-next-deploy": ("warning", "a number of tasks is not in the files: the next deploy takes it back"),
    "scaled-as-files": ("note", "a number of tasks is what the files ask for"),
    "volume-is-not-shared": ("warning", "several tasks each see the volume of their own node"),
    "update-is-not-protected": ("warning", "an update lacks an overlap, a health check or a way back by itself"),
    "update-is-protected": ("note", "an update has an overlap, a health check and a way back by itself"),
}
"""What is found beside the compose files: name -> weight, and what is so."""


def page() -> str:
    """The whole page, in Markdown: a table of all rules, worst first, then a section for each."""
    rules = sorted(RULES, key=lambda rule: (_WEIGHTS.index(rule.weight), rule.name))
    rows = [f"| [{rule.name}](#{rule.name}) | {rule.weight} |\n" for rule in rules]
    table = "".join(("| rule | weight |\n", "|---|---|\n", *rows))
    others = [f"| {name} | {weight} | {text} |\n" for name, (weight, text) in OTHERS.items()]
    beside = "".join(
        ("## Beside the compose files\n\n", "| name | weight | what is so |\n", "|---|---|---|\n", *others)
    )
    return "\n".join((_HEAD, table, *map(_section, rules), beside))


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
