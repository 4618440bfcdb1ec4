"""Where a real engine cannot be had, its tests are skipped so that nobody overlooks it, or fail if so asked."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.testbed.fixtures import GROUPS, TESTS, ByEngines, group

ROOT = Path(__file__).parents[2]

CASE = '''\
"""A test that needs an engine."""
import pytest

@pytest.mark.real
def test_on_an_engine(real_engine):
    """Is never reached without one."""
'''


def run_without_an_engine(tmp_path: Path, require: str) -> subprocess.CompletedProcess[str]:
    """Run one real test as a user who cannot start an engine."""
    (tmp_path / "conftest.py").write_text('pytest_plugins = ["tests.testbed.fixtures"]\n', encoding="utf-8")
    (tmp_path / "test_case.py").write_text(CASE, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = real: needs an engine\n", encoding="utf-8")
    script = (
        "import sys, pytest, tests.testbed.requirements as needs\n"
        "needs.PROGRAMS = ('a-program-that-nobody-has',)\n"
        f"sys.exit(pytest.main(['-ra', '-p', 'no:cacheprovider', {str(tmp_path)!r}]))\n"
    )
    return subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "COOPNB_REQUIRE_REAL": require},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


@pytest.mark.parametrize("require", ["", "0"])
def test_a_skipped_engine_is_counted_and_explained(tmp_path: Path, require: str) -> None:
    """Without an engine the run must pass, name what is missing, and count what was skipped in its last lines."""
    done = run_without_an_engine(tmp_path, require)
    assert done.returncode == 0
    assert "1 test that needs a real engine was SKIPPED" in done.stdout
    assert "this machine lacks a-program-that-nobody-has" in done.stdout


def test_a_required_engine_that_is_missing_fails_the_run(tmp_path: Path) -> None:
    """With COOPNB_REQUIRE_REAL=1 the same test must fail, with the same explanation."""
    done = run_without_an_engine(tmp_path, "1")
    assert done.returncode == 1
    assert "SKIPPED" not in done.stdout
    assert "this machine lacks a-program-that-nobody-has" in done.stdout


@pytest.mark.parametrize(("name", "room"), [(name, room) for name, rooms in GROUPS.items() for room in rooms])
def test_what_shares_engines_is_there(name: str, room: str) -> None:
    """A folder or file that is renamed must not lose its place beside those with the same engines."""
    assert (TESTS / room).exists()
    assert group(TESTS / room) == name


def test_a_worker_is_given_a_whole_group() -> None:
    """All tests that share engines must be one piece of work, and what shares nothing one a file."""
    by = ByEngines.__new__(ByEngines)
    rooms = ("samples/test_deploy.py", "samples/test_proxy.py", "engine/test_ssh.py", "contract/test_nodes.py")
    pieces = {by._split_scope(f"tests/{each}::test_one[a::b]") for each in rooms}
    assert pieces == {"images", "tests/engine/test_ssh.py", "engines"}
