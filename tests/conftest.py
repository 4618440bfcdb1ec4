"""Makes the real engine and its images available to every test, and marks what takes long."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from hypothesis import settings

pytest_plugins = ["tests.testbed.fixtures"]

# How long an example takes on a busy machine says nothing about what is tested; pytest's own timeout bounds a hang.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

# Who runs tests in the background (a CI, a script's ``&``) gives them an interrupt that is ignored, and so would every
# command be that a test starts; the shell of an operator gives one that ends what it reaches.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

TESTS = Path(__file__).parent
LATER = {
    "runbook": "headless",
    "record/test_masking.py": "headless",
    "contract": "swarms",
    "differential": "swarms",
    "practice/test_any_request.py": "swarms",
    "practice/test_clients.py": "swarms",
    "practice/test_docker_cli.py": "swarms",
    "practice/test_docker_py.py": "swarms",
    "practice/test_doors.py": "swarms",
    "practice/test_process.py": "swarms",
    "cli/test_apps_live.py": "swarms",
    "cli/test_practice.py": "swarms",
    "cli/test_servers.py": "swarms",
    "cli/test_stacks.py": "swarms",
    "engine/test_ssh.py": "swarms",
    "engine/test_ssh_ways.py": "swarms",
    "recipe/test_corpus_read_by_docker.py": "swarms",
    "server/test_roster.py": "swarms",
    "server/test_going_back.py": "swarms",
    "server/test_live_plans.py": "swarms",
    "server/test_charts.py": "swarms",
    "server/test_fleet.py": "swarms",
    "server/test_recorded.py": "swarms",
    "server/test_stack_states.py": "swarms",
    "server/test_practice_swarm.py": "swarms",
    "testbed/test_fixtures.py": "swarms",
}
"""Folders and files whose tests come after the fast ones, and their kind; ``real`` ones have theirs already."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what comes later: runbooks, a kernel each; clients on processes; what two kinds of swarm are told."""
    for item in items:
        if not item.path.is_relative_to(TESTS) or item.get_closest_marker("real"):
            continue
        path = item.path.relative_to(TESTS)
        kind = LATER.get(path.parts[0]) or LATER.get(path.as_posix())
        if kind is not None:
            item.add_marker(kind)
