"""Practice processes for tests: each in a directory of its own, and gone afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from coopnb.practice import process
from coopnb.practice.process import PracticeProcess


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A directory for a practice process, which is stopped when the test is over."""
    directory = tmp_path / "home"
    yield directory
    process.stop(directory)


@pytest.fixture
def start(home: Path) -> Callable[..., PracticeProcess]:
    """Start the practice process of the test's home, with an auto clock unless told otherwise."""

    def _start(**options: Any) -> PracticeProcess:
        return process.start(home, **{"clock": "auto", **options})

    return _start
