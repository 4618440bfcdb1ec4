"""What these tests need of the machine, and what happens to them where it is not there."""

from __future__ import annotations

import importlib.util
import shutil

import pytest

from tests.testbed.requirements import required


def missing() -> list[str]:
    """Return what is missing for a real browser, in words; empty if nothing is."""
    lacks = [] if shutil.which("chromium") else ["chromium"]
    if importlib.util.find_spec("playwright") is None:
        lacks.append("the Python package playwright")
    return lacks


def require_browser() -> None:
    """Go on if there is a browser; else skip the test loudly, or fail if it is required."""
    lacks = missing()
    if not lacks:
        return
    message = f"a real browser: this machine lacks {', '.join(lacks)} (tools/system-packages install, tools/install)"
    if required():
        pytest.fail(f"{message}; COOPNB_REQUIRE_REAL=1 makes that a failure", pytrace=False)
    pytest.skip(message)
