"""Same world, seed and calls: the same bytes, in another process and with other hashes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.practice.driver import Driver
from tests.practice.histories import everything, long_history, perform

_ROOT = Path(__file__).parents[2]
_SCRIPT = (
    "import sys; from tests.practice.test_determinism import transcript; transcript(sys.argv[1], sys.stdout.buffer)"
)


@pytest.mark.parametrize("mode", ["stepped", "auto"])
def test_two_processes_give_the_same_bytes(mode: str) -> None:
    """Answers, events, logs and the saved state must not depend on the process or on how it hashes."""
    first, second = (_run(mode, hash_seed) for hash_seed in ("1", "4242"))
    assert first == second
    assert first.count(b'"DesiredState"') > 500


def transcript(mode: str, out: object) -> None:
    """Write everything that a long history shows."""
    driver = Driver(mode=mode, seed=11)
    lines = []
    for step in long_history(11, 120):
        lines += [perform(driver, step), driver.ask("GET", "/tasks").body]
    lines += [everything(driver), driver.swarm.save().encode()]
    out.write(b"\n".join(lines))  # type: ignore[attr-defined]


def _run(mode: str, hash_seed: str) -> bytes:
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(_ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT, mode], env=environment, cwd=_ROOT, capture_output=True, timeout=100, check=True
    )
    return done.stdout
