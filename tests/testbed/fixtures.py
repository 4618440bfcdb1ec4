"""The fixtures of the testbed, for every test. Each starts when a test first asks for it, once in a run.

- ``real_engine``: the machine's own dockerd (20.10 on Debian 12), a swarm of one with the image ``busybox``.
- ``real_images``: the same, with the images that the sample recipes name.
- ``engine_26``, ``engine_28``: the same as ``real_engine`` with the dockerd of Debian 13 and of Debian sid.
- ``three_nodes``: three of the machine's own dockerd, a manager and two workers, that can lose power, cables and each
  other (``tests/testbed/nodes.py`` says how).
- ``whole_nodes``: ``three_nodes`` as it was at first, whatever the test before did.
- ``ssh_folder``: an empty folder, where the machine has an sshd for a test to start (``tests/testbed/ssh.py`` and
  ``ssh_client.py`` say how).

A test that asks for one of them is marked ``real``. Warm, each takes 2 to 4 s to start; the first run on a machine also
downloads the two Debians, which takes minutes.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from tests.testbed.engine import RealEngine, dockerd
from tests.testbed.images import BUSYBOX, IMAGES, load
from tests.testbed.nodes import ThreeNodes, swarm_of_three
from tests.testbed.requirements import require_real, require_sshd, require_tree
from tests.testbed.trees import SID, TRIXIE

BUILD_SECONDS = 900
"""What a test may take that is the first to ask for an image."""

TESTS = Path(__file__).parents[1]
GROUPS: Mapping[str, tuple[str, ...]] = {
    "site": ("real",),
    "browser": ("browser",),
    "images": ("runbook", "samples"),
    "engines": (
        "contract/test_calls_of_newer_engines.py",
        "contract/test_nodes.py",
        "contract/test_nodes_as_workers.py",
        "contract/test_nodes_lost.py",
        "contract/test_versions.py",
        "testbed/test_newer_engines.py",
        "testbed/test_nodes.py",
    ),
    "contract": ("contract", "testbed/test_engine.py"),
    "stacks": ("convert", "differential"),
}
"""Folders and files whose tests share what was started for the first of them; the longest first."""


@pytest.fixture(scope="session")
def real_engine() -> Iterator[RealEngine]:
    """One dockerd for the whole run: a swarm of one, the network ``proxy``, the image ``busybox``."""
    require_real("a real engine")
    with engine_with_busybox() as engine:
        yield engine


@pytest.fixture(scope="session")
def engine_26(request: pytest.FixtureRequest) -> Iterator[RealEngine]:
    """The dockerd of Debian 13 (26.1, Engine API 1.45), otherwise like ``real_engine``."""
    with engine_with_busybox(debian(request, TRIXIE)) as engine:
        yield engine


@pytest.fixture(scope="session")
def engine_28(request: pytest.FixtureRequest) -> Iterator[RealEngine]:
    """The dockerd of Debian sid (28.5, Engine API 1.51, when this was written), otherwise like ``real_engine``."""
    with engine_with_busybox(debian(request, SID)) as engine:
        yield engine


@pytest.fixture(scope="session")
def three_nodes() -> Iterator[ThreeNodes]:
    """A swarm of three machines for the whole run: node1 is the manager; the network ``proxy``, ``busybox`` everywhere.

    A test that cuts power or cables asks for ``whole_nodes`` instead, and so does one that needs all of them.
    """
    require_real("three real engines")
    with temporary("coopnb-nodes-") as directory, swarm_of_three(directory) as swarm:
        yield swarm


@pytest.fixture
def whole_nodes(three_nodes: ThreeNodes) -> Iterator[ThreeNodes]:
    """Give the swarm of three whole: all nodes ready and active, none with labels, no service, no container."""
    three_nodes.put_right()
    yield three_nodes
    three_nodes.put_right()


@pytest.fixture
def ssh_folder() -> Iterator[Path]:
    """Give an empty folder for sshds and their clients, with a path short enough for a socket."""
    require_sshd("an ssh server")
    with temporary("coopnb-ssh-") as directory:
        yield directory


@contextmanager
def engine_with_busybox(tree: Path | None = None) -> Iterator[RealEngine]:
    """Start an engine in a directory that is removed with it."""
    with temporary("coopnb-engine-") as directory, dockerd(directory, tree=tree) as engine:
        load(engine, [BUSYBOX])
        yield engine


@contextmanager
def temporary(prefix: str) -> Iterator[Path]:
    """Give a directory with a path short enough for a socket, removed at the end whatever became of the engine."""
    directory = Path(tempfile.mkdtemp(prefix=prefix))
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def debian(request: pytest.FixtureRequest, suite: str) -> Path:
    """Return the root of a Debian with a dockerd, and let the person waiting for it see why."""
    require_real(f"the dockerd of Debian {suite}")
    capture = request.config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled(), ThreadPoolExecutor() as threads:
        # Who wants one wants the other soon; to make both at the same time costs little more than one.
        made = {one: threads.submit(require_tree, f"the dockerd of Debian {one}", one) for one in (TRIXIE, SID)}
        return made[suite].result()


@pytest.fixture(scope="session")
def real_images(real_engine: RealEngine, request: pytest.FixtureRequest) -> RealEngine:
    """Give the real engine with the images that the sample recipes name; the first run on a machine builds them."""
    capture = request.config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled():
        load(real_engine, IMAGES)
    return real_engine


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give tests on real things time to build an image, unless they set their own, and put the groups first."""
    for item in items:
        if item.get_closest_marker("real") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(BUILD_SECONDS))
    order = [*GROUPS, ""]
    items.sort(key=lambda item: order.index(group(item.path)))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByEngines | None:
    """With ``--dist loadgroup``, send tests that share engines to one worker."""
    return ByEngines(config, log) if config.getvalue("dist") == "loadgroup" else None


class ByEngines(LoadScopeScheduling):  # type: ignore[misc]  # xdist tells no types
    """Gives each worker a group of tests as a whole, and then file by file what is in none.

    xdist's own groups are marks that it writes into a test's id, which pytest does not let it since 9.2.
    """

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.partition("::")[0]
        return group(TESTS.parent / path) or path


@cache
def group(path: Path) -> str:
    """Return the name under which a file's tests share engines; blank for one that shares nothing."""
    for name, rooms in GROUPS.items():
        if any(path.is_relative_to(TESTS / room) for room in rooms):
            return name
    return ""


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
