"""The workspaces of these tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.runbook.places import Place, practice_place


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """A workspace with a practice swarm whose time moves only when somebody looks."""
    with practice_place(tmp_path) as found:
        yield found


@pytest.fixture(scope="module")
def shared_place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """The same for all tests of a module, none of which may change the swarm."""
    with practice_place(tmp_path_factory.mktemp("workspace")) as found:
        yield found
