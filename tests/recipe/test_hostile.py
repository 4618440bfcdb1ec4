"""Whatever a file holds: one of our own errors, in a moment, in a process that lives."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from coopnb.errors import RecipeError
from tests.recipe.hostile import broken_file
from tests.recipe.reading import read_text

INPUTS = 2_000


def test_no_input_raises_another_error_kills_the_process_or_hangs() -> None:
    """Broken compose files and settings must be read, or refused by an error of ours."""
    command = [sys.executable, "-m", "tests.recipe.hostile", "0", str(INPUTS)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"{INPUTS:,} inputs, ")
    assert 100 < int(done.stdout.split()[2].replace(",", "")) < INPUTS - 100, "some must pass, and most must not"


def test_a_seed_always_breaks_a_file_the_same_way() -> None:
    """What does harm must be found again by its number."""
    assert [broken_file(seed) for seed in range(50)] == [broken_file(seed) for seed in range(50)]


def test_ranges_of_ports_are_bounded(tmp_path: Path) -> None:
    """Some words that mean a hundred thousand ports must be refused."""
    with pytest.raises(RecipeError, match="more than 10,000 ports") as caught:
        read_text(tmp_path, "services:\n  a:\n    image: x\n    ports: ['1-9000:1-9000', '1-9000:1-9000/udp']\n")
    assert caught.value.where == "compose.yml:4:30  services.a.ports[1]"
