"""The case of each rule: files that break it, the same ones mended, and what the docker CLI makes of the broken ones.

bad.yml, bad+2.yml      what breaks the rule; the line where it is found ends in ``# found``
clean.yml, clean+2.yml  the rewrite, as the rule's page has it
bad.env, clean.env      the settings they are read with
docker.json             ``path``, of the finding; what docker makes of the bad ones, as :mod:`the test
                        <tests.lint.test_what_docker_does>` reads it
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coopnb import envfile, lint
from coopnb.model.finding import Finding
from coopnb.model.recipe import RecipeVersion
from coopnb.recipe import load

CASES = Path(__file__).parent / "cases"


@dataclass(frozen=True, slots=True)
class Case:
    """The case of one rule."""

    rule: str

    @property
    def folder(self) -> Path:
        """Where its files lie."""
        return CASES / self.rule

    @property
    def docker(self) -> Mapping[str, Any]:
        """What stands in its ``docker.json``."""
        answer: Mapping[str, Any] = json.loads((self.folder / "docker.json").read_text(encoding="utf-8"))
        return answer

    def files(self, kind: str) -> list[str]:
        """The files of a kind (``bad`` or ``clean``), in the order in which they are merged."""
        more = sorted(path.name for path in self.folder.glob(f"{kind}+*.yml"))
        return [f"{kind}.yml", *more]

    def settings(self, kind: str) -> dict[str, str]:
        """The settings that they are read with."""
        path = self.folder / f"{kind}.env"
        return envfile.read(path).values if path.is_file() else {}

    def findings(self, kind: str) -> tuple[Finding, ...]:
        """Everything that is found in them."""
        source = RecipeVersion(self.rule, "1.0.0", "c0ffee", True, self.folder)
        recipe = load(source, self.files(kind), self.settings(kind))
        return tuple(sorted((*recipe.findings, *lint.look_at(recipe)), key=Finding.sort_key))

    def marked(self) -> list[str]:
        """The places that the bad files mark: ``bad.yml:4``."""
        return [
            f"{name}:{number}"
            for name in self.files("bad")
            for number, line in enumerate((self.folder / name).read_text(encoding="utf-8").splitlines(), 1)
            if line.endswith("# found")
        ]


CASE_OF = {rule.name: Case(rule.name) for rule in lint.RULES}
"""Rule -> its case."""
