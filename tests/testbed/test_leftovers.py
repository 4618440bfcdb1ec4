"""A namespace counts as left only if what lives in it is of the test run that made it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.testbed.leftovers import Traces, namespaces, traces
from tests.testbed.processes import OWNER
from tests.testbed.requirements import require_real

pytestmark = pytest.mark.real


@pytest.fixture
def stranger() -> Iterator[int]:
    """Give the process id of one that lives in a network namespace and is part of the engine of test run 7."""
    require_real("a network namespace")
    with subprocess.Popen(
        ["unshare", "--net", "--", "sleep", "60"], env={OWNER: "7", "PATH": "/usr/bin:/bin"}
    ) as process:
        while Path(f"/proc/{process.pid}/comm").read_text().strip() != "sleep":
            assert process.poll() is None
        yield process.pid
        process.kill()


def test_the_number_of_a_namespace_may_go_to_another_run(stranger: int, tmp_path: Path) -> None:
    """The kernel gives numbers out again: what lives under one that was ours, and is another run's, is not ours."""
    assert traces({stranger}, tmp_path).owners == {7}
    number = namespaces({stranger}) - namespaces({os.getpid()})
    assert len(number) == 1
    assert Traces(frozenset(), frozenset(number), tmp_path, frozenset({8})).left(timeout=0) == []
    assert Traces(frozenset(), frozenset(number), tmp_path, frozenset({7})).left(timeout=0) == [*number]
