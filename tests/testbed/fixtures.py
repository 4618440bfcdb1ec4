"""The fixtures of the testbed, for every test: ``real_engine`` and ``real_images``."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.testbed.engine import RealEngine, dockerd
from tests.testbed.images import BUSYBOX, IMAGES, load
from tests.testbed.requirements import require_real

BUILD_SECONDS = 600
"""What a test may take that is the first to ask for an image."""

TESTS = Path(__file__).parents[1]
WITH_APPLICATIONS = ("browser", "cli", "runbook", "samples")


@pytest.fixture(scope="session")
def real_engine() -> Iterator[RealEngine]:
    """One dockerd for the whole run: a swarm of one, the network ``proxy``, the image ``busybox``."""
    require_real("a real engine")
    directory = Path(tempfile.mkdtemp(prefix="coopnb-engine-"))
    try:
        with dockerd(directory) as engine:
            load(engine, [BUSYBOX])
            yield engine
    finally:
        shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="session")
def real_images(real_engine: RealEngine, request: pytest.FixtureRequest) -> RealEngine:
    """Give the real engine with the images that the sample recipes name; the first run on a machine builds them."""
    capture = request.config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled():
        load(real_engine, IMAGES)
    return real_engine


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give tests on real things time to build an image, unless they set their own, and one of two workers.

    Those that want the images of whole applications share one engine, the others another one.
    """
    for item in items:
        if not item.get_closest_marker("real"):
            continue
        if not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(BUILD_SECONDS))
        room = item.path.relative_to(TESTS).parts[0]
        item.add_marker(pytest.mark.xdist_group("applications" if room in WITH_APPLICATIONS else "swarm"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many tests did not meet the real thing."""
    skipped = [report for report in terminalreporter.stats.get("skipped", []) if "real" in report.keywords]
    if skipped:
        words = (
            "1 test that needs a real engine was SKIPPED"
            if len(skipped) == 1
            else (f"{len(skipped)} tests that need a real engine were SKIPPED")
        )
        terminalreporter.write_sep("!", f"{words}; COOPNB_REQUIRE_REAL=1 makes that a failure", red=True, bold=True)
