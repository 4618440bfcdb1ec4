"""What swarm would refuse is told before anything is made, and nothing else is.

That swarm does refuse it, and takes the rest, is what ``test_deployed_by_docker.py`` sees of the corpus.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from coopnb.convert import convert
from tests.convert.apps import STACK, app_of_text
from tests.convert.bench import MINE, stack_of
from tests.recipe.corpus import Case, cases

APP = "services:\n  app:\n    image: x\n"
RULES = {"name-is-refused", "two-mounts-at-one-place"}
TOLD = {
    "merge.volumes/rejected-only-in-the-second",
    "networks/rejected-name-with-a-dot",
    "top.services/rejected-names",
    "top.version/rejected-same-volume-twice-since-3-2",
    "volumes/rejected-same-long-form-twice",
    "volumes/rejected-same-short-form-twice",
}


def test_of_the_corpus_only_what_swarm_refuses_is_told() -> None:
    """Exactly the cases that every engine refuses for a name or a mount must have an error that says so."""
    asked = [case for case in cases() if not case.refused and not case.undeployable]
    assert {case.name for case in asked if _rules(case) & RULES} == TOLD


def _rules(case: Case) -> set[str]:
    return {finding.rule for finding in stack_of(case, MINE).findings if finding.severity == "error"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (APP + f"networks: {{default: {{name: {'n' * 63}}}}}\n", None),
        (APP + f"networks: {{default: {{name: {'n' * 64}}}}}\n", "has 64 characters, and 63 are the most"),
        (APP + "networks: {default: {name: n-}}\n", "with - and _ between them"),
        (APP + "networks: {default: {name: n., external: true}}\n", None),
        (APP + f"secrets: {{s: {{name: {'s' * 64}, file: compose.yml}}}}\n", None),
        (APP + f"secrets: {{s: {{name: {'s' * 65}, file: compose.yml}}}}\n", "up to 64 letters"),
        (APP + "configs: {c: {name: a..b, file: compose.yml}}\n", None),
        (APP + "configs: {c: {name: .b, file: compose.yml}}\n", "up to 64 letters"),
        (f"services: {{{'s' * (62 - len(STACK))}: {{image: x}}}}\n", None),
        (f"services: {{{'s' * (63 - len(STACK))}: {{image: x}}}}\n", "has 64 characters, and 63 are the most"),
    ],
)
def test_a_name_is_told_at_its_place(text: str, told: str | None, tmp_path: Path) -> None:
    """A name at swarm's limits must pass, and one beyond them be an error with file and line."""
    found = [finding for finding in convert(app_of_text(tmp_path, text)).findings if finding.rule in RULES]
    assert len(found) == (0 if told is None else 1)
    assert all(told and told in finding.text and str(finding.origin).startswith("compose.yml:") for finding in found)
