"""Running coopnb's command line as an operator does, in a workspace of a test's own."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command printed, and how it ended."""

    status: int
    out: str
    err: str

    @property
    def folder(self) -> Path:
        """The run's folder, as the first line tells it."""
        found = re.search(r"^Run \d+ of \S+, in (.+)$", self.out, re.MULTILINE)
        assert found, self.out + self.err
        return Path(found[1])

    @property
    def digest(self) -> str:
        """The ``approve=`` that is asked for, or shown with the plan."""
        found = re.search(r"approve=([0-9a-f]{8})", self.out + self.err)
        assert found, self.out + self.err
        return found[1]

    @property
    def entries(self) -> list[dict[str, Any]]:
        """The lines of the run's ledger."""
        return [json.loads(line) for line in (self.folder / "ledger.jsonl").read_text().splitlines()]

    def facts(self, event: str) -> dict[str, Any]:
        """The facts of the last entry of a kind."""
        found: dict[str, Any] = [entry["facts"] for entry in self.entries if entry["event"] == event][-1]
        return found


LONGEST = 240
"""Seconds that one command may take."""


def coopnb(workspace: Path, *arguments: str, **parameters: str) -> Ran:
    """Run one command; parameters become ``-p name=value``."""
    given = [part for name, value in parameters.items() for part in ("-p", f"{name}={value}")]
    done = subprocess.run(
        [sys.executable, "-m", "coopnb.cli", *arguments, *given],
        env={**os.environ, "COOPNB_WORKSPACE": str(workspace), "COOPNB_OPERATOR": "ana@laptop"},
        capture_output=True,
        text=True,
        timeout=LONGEST,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def deploy(workspace: Path, reason: str = "a test", **parameters: str) -> Ran:
    """Both steps: the plan, whose digest is then approved."""
    planned = coopnb(workspace, "run", "deploy-app", **parameters)
    assert planned.status in (0, 3), planned.out + planned.err
    if planned.status == 0:
        return planned
    return coopnb(workspace, "run", "deploy-app", **parameters, approve=planned.digest, reason=reason)
