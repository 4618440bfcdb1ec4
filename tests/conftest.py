"""Makes the real engine and its images available to every test, and marks what takes long."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest_plugins = ["tests.testbed.fixtures"]

TESTS = Path(__file__).parent
KINDS = {"runbook": "headless", "contract": "swarms", "differential": "swarms"}
"""Which folder's tests are of which kind, if they are not ``real``."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what comes after the fast tests: runbooks, a kernel each, and what is told on two kinds of swarm."""
    for item in items:
        kind = KINDS.get(item.path.relative_to(TESTS).parts[0]) if item.path.is_relative_to(TESTS) else None
        if kind is not None and not item.get_closest_marker("real"):
            item.add_marker(kind)
