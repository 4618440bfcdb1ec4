"""tools/system-packages says what the machine lacks, and only fails where a real engine is required."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "tools" / "system-packages"


def check(path: str, required: str) -> subprocess.CompletedProcess[str]:
    """Run ``check`` with this PATH; the script adds the folders of the system's own programs (sbin)."""
    environment = {"PATH": path, "COOPNB_REQUIRE_REAL": required}
    return subprocess.run(
        ["/bin/sh", SCRIPT, "check"], env=environment, capture_output=True, text=True, timeout=20, check=False
    )


@pytest.mark.parametrize(("required", "status"), [("", 0), ("0", 0), ("1", 1)])
def test_missing_programs_are_named_and_fatal_only_where_required(tmp_path: Path, required: str, status: int) -> None:
    """Without programs on PATH their packages must be named; that is a failure only with COOPNB_REQUIRE_REAL=1."""
    (tmp_path / "id").symlink_to(shutil.which("id") or "/usr/bin/id")
    done = check(str(tmp_path), required)
    assert done.returncode == status
    named = done.stderr.splitlines()[0].removeprefix("tools/system-packages: missing: ").split()
    assert {"chromium", "curl", "util-linux"} <= set(named)


def test_the_script_refuses_what_it_does_not_know() -> None:
    """A word that is neither check nor install must change nothing and end with status 2."""
    done = subprocess.run(["/bin/sh", SCRIPT, "remove"], capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 2
    assert "usage" in done.stderr
