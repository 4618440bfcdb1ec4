"""Makes the real engine and its images available to every test, and marks what executes notebooks."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest_plugins = ["tests.testbed.fixtures"]

RUNBOOKS = Path(__file__).parent / "runbook"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that execute runbooks: a kernel a run costs seconds, so they come after the fast ones."""
    for item in items:
        if item.path.is_relative_to(RUNBOOKS) and not item.get_closest_marker("real"):
            item.add_marker(pytest.mark.headless)
