"""Newer engines live in a Debian of their own and never touch the machine's files."""

from __future__ import annotations

import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.testbed.engine import RealEngine, dockerd
from tests.testbed.images import BUSYBOX, load
from tests.testbed.leftovers import traces
from tests.testbed.processes import family
from tests.testbed.trees import TRIXIE, tree

pytestmark = pytest.mark.real


@pytest.fixture(params=["engine_26", "engine_28"])
def newer(request: pytest.FixtureRequest) -> RealEngine:
    """Each of the newer engines."""
    engine: RealEngine = request.getfixturevalue(request.param)
    return engine


@pytest.fixture
def folder() -> Iterator[Path]:
    """Give an empty folder with a path short enough for a unix socket."""
    with tempfile.TemporaryDirectory(prefix="coopnb-test-") as path:
        yield Path(path)


def test_each_is_a_swarm_of_one_manager_with_the_proxy_network(newer: RealEngine) -> None:
    """A newer engine must be what tests expect of any: the manager node1, with the network proxy."""
    assert newer.docker("node", "ls", "--format", "{{.Hostname}} {{.ManagerStatus}}").stdout == "node1 Leader\n"
    network = newer.docker("network", "inspect", "proxy", "--format", "{{.Driver}} {{.Scope}}").stdout
    assert network == "overlay swarm\n"


def test_versions_grow(real_engine: RealEngine, engine_26: RealEngine, engine_28: RealEngine) -> None:
    """The three engines must be of three different API versions, read from each; sid may be ahead of 28.5."""
    versions = [engine.version().api for engine in (real_engine, engine_26, engine_28)]
    assert versions == sorted(set(versions))
    assert versions[0] < (1, 44) <= versions[1] < (1, 51) <= versions[2]


def test_an_exec_enters_the_container(newer: RealEngine) -> None:
    """An exec'd command must see the container's host name and files, not the machine's, and write there only."""
    canary = Path("/tmp") / f"coopnb-canary-{secrets.token_hex(4)}"
    container = newer.docker("run", "--detach", "busybox:1.36", "sleep", "1000").stdout.strip()
    try:
        assert newer.docker("exec", container, "hostname").stdout.strip() == container[:12]
        newer.docker("exec", container, "touch", str(canary))
        assert not canary.exists()
        assert "usr" not in newer.docker("exec", container, "ls", "/").stdout.split()
    finally:
        newer.docker("rm", "--force", container)


def test_an_image_is_built_and_a_secret_is_read(newer: RealEngine, folder: Path) -> None:
    """What a chroot would break must work: building an image, and a service that reads its secret."""
    (folder / "Dockerfile").write_text("FROM busybox:1.36\nRUN echo built > /built\n", encoding="utf-8")
    newer.docker("build", "--tag", "built:1", str(folder), env={"DOCKER_BUILDKIT": "0"})
    assert newer.docker("run", "--rm", "built:1", "cat", "/built").stdout == "built\n"
    newer.docker("secret", "create", "word", "-", stdin="swordfish\n")
    command = ("sh", "-c", "cat /run/secrets/word; sleep 1000")
    options = ("--quiet", "--no-resolve-image", "--name", "reader", "--secret", "word", "--stop-grace-period", "0s")
    try:
        newer.docker("service", "create", *options, "busybox:1.36", *command)
        assert newer.docker("service", "logs", "--raw", "reader").stdout == "swordfish\n"
    finally:
        newer.docker("service", "rm", "reader", check=False)
        newer.docker("secret", "rm", "word", check=False)


def test_nothing_is_left_and_the_tree_is_as_it_was(engine_26: RealEngine, folder: Path) -> None:
    """After an engine with a running container, no process, namespace, mount, cgroup or file may be there or new."""
    root = tree(TRIXIE)
    before = listing(root)
    directory = folder / "engine"
    with dockerd(directory, name="other", tree=root) as engine:
        load(engine, [BUSYBOX])
        container = engine.docker("run", "--detach", "busybox:1.36", "sleep", "1000").stdout.strip()
        held = traces(family(engine.pid), directory)
        assert len(held.processes) > 1
        assert {name.partition(":")[0] for name in held.namespaces} >= {"net", "mnt", "pid", "uts"}
        assert held.left([container], timeout=0)
        engine.docker("kill", container)
    assert held.left([container]) == []
    assert not directory.exists()
    assert listing(root) == before


def listing(root: Path) -> list[str]:
    """Return the files of a tree that an engine could write to."""
    assert shutil.which("dockerd", path=str(root / "usr/sbin"))
    folders = ("etc", "opt", "run", "srv", "tmp", "var/lib", "mnt", "root")
    return sorted(str(path) for folder in folders for path in (root / folder).rglob("*"))
