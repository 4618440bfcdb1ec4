"""A disk that is full: a few pages of memory, mounted where a test wants them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

FILLER = "filler"


@contextmanager
def tiny_disk(folder: Path, size: str = "2m") -> Iterator[Path]:
    """Mount a small disk over a folder, and take it away again; the test is skipped where that is not allowed."""
    folder.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={size},mode=700", "coopnb-test", str(folder)]
    mounted = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    if mounted.returncode != 0:
        message = f"no disk can be mounted here, so a full one cannot be tried: {mounted.stderr.strip()}"
        if os.environ.get("COOPNB_REQUIRE_REAL", "") not in ("", "0"):
            pytest.fail(message)
        pytest.skip(message)
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], timeout=20, check=True)


def fill(folder: Path) -> Path:
    """Take every page that is left; the file that holds them."""
    filler = folder / FILLER
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError:
            return filler


def leave(ledger: Path, room: int) -> None:
    """Lengthen a ledger by blank lines, which say nothing, until its last page has ``room`` bytes left."""
    with ledger.open("ab") as file:
        missing = (-file.tell() - room) % 4096
        file.write(b"\n" * missing)
