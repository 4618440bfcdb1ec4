"""Tables that tests are parametrized with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml


def table(path: Path) -> Any:
    """Read a YAML file of the tests' own, by libyaml: some have thousands of lines, and every worker reads them all."""
    return yaml.load(path.read_bytes(), yaml.CSafeLoader)
