"""The testbed's engines are real swarms of their own, and nothing of them stays behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.testbed.engine import RealEngine, dockerd
from tests.testbed.images import BUSYBOX, load
from tests.testbed.leftovers import traces
from tests.testbed.processes import family
from tests.testbed.requirements import require_real

ROOT = Path(__file__).parents[2]
WEB = ("httpd", "-f", "-p", "80", "-h", "/www")


@pytest.fixture
def folder() -> Iterator[Path]:
    """Give an empty folder with a path short enough for a unix socket."""
    with tempfile.TemporaryDirectory(prefix="coopnb-test-") as path:
        yield Path(path)


def serve(engine: RealEngine) -> None:
    """Run a web server as a service, on the overlay network and on port 8080 of the node."""
    port = "mode=host,target=80,published=8080"
    options = ("--detach", "--no-resolve-image", "--name", "web", "--network", "proxy", "--publish", port)
    engine.docker("service", "create", *options, "busybox:1.36", *WEB)


def mentions(directory: Path) -> dict[str, list[str]]:
    """Return what mentions an engine's directory: processes, and mounts that this machine sees."""
    processes = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if f"{directory}/" in words and entry.parent.name != str(os.getpid()):
            processes.append(words)
    mounts = [line for line in Path("/proc/self/mountinfo").read_text().splitlines() if str(directory) in line]
    return {"processes": processes, "mounts": mounts}


NOTHING: dict[str, list[str]] = {"processes": [], "mounts": []}


@pytest.mark.real
def test_an_engine_is_a_swarm_of_one_manager_with_the_proxy_network(real_engine: RealEngine) -> None:
    """A fresh engine must be a manager named node1, and the overlay network that recipes expect must be there."""
    nodes = real_engine.docker("node", "ls", "--format", "{{.Hostname}} {{.ManagerStatus}}").stdout
    assert nodes == "node1 Leader\n"
    network = real_engine.docker("network", "inspect", "proxy", "--format", "{{.Driver}} {{.Scope}}").stdout
    assert network == "overlay swarm\n"


@pytest.mark.real
def test_the_oracle_is_a_cli_of_28_or_newer(real_engine: RealEngine) -> None:
    """Whatever docker stands first on PATH, the CLI that tests ask must be at least a 28."""
    version = real_engine.docker("version", "--format", "{{.Client.Version}}").stdout
    assert int(version.partition(".")[0]) >= 28


@pytest.mark.real
def test_nothing_is_left_of_an_engine_that_served(folder: Path) -> None:
    """After the end, no process, mount, cgroup, network namespace or file of an engine may be there."""
    require_real("an engine that is taken away again")
    directory = folder / "engine"
    elsewhere = [Path(path) for path in ("/etc/docker/key.json", "/run/docker", "/run/containerd", "/var/lib/docker")]
    before = [path.exists() for path in elsewhere]
    with dockerd(directory) as engine:
        load(engine, [BUSYBOX])
        serve(engine)
        assert engine.http(8080, timeout=30) == (200, b"busybox\n")
        held = traces(family(engine.pid), directory)
        assert os.readlink(engine.netns) in held.namespaces
        assert mentions(directory)["processes"]
        assert mentions(directory)["mounts"] == []
        container = engine.docker("ps", "--quiet").stdout.strip()
        assert engine.docker("exec", container, "hostname").stdout.strip() == container
    assert mentions(directory) == NOTHING
    assert held.left([container], timeout=0) == []
    assert not directory.exists()
    assert [path.exists() for path in elsewhere] == before


@pytest.mark.real
def test_two_engines_run_side_by_side(real_engine: RealEngine, folder: Path) -> None:
    """A second engine must start beside the first, with a swarm and ports of its own."""
    with dockerd(folder / "engine", name="other") as second:
        first_id = real_engine.docker("info", "--format", "{{.Swarm.Cluster.ID}}").stdout
        assert second.docker("info", "--format", "{{.Swarm.Cluster.ID}} {{.Name}}").stdout.endswith(" other\n")
        assert first_id.strip() not in second.docker("info", "--format", "{{.Swarm.Cluster.ID}}").stdout


@pytest.mark.real
def test_a_killed_test_run_leaves_only_a_folder_and_the_next_one_starts(folder: Path) -> None:
    """When the process that started an engine is killed, all its processes must go, and a new one must start."""
    require_real("an engine whose test run is killed")
    directory = folder / "killed"
    script = (
        "import sys, time; from pathlib import Path; from tests.testbed.engine import dockerd\n"
        f"with dockerd(Path({str(directory)!r})) as engine: print(engine.pid, flush=True); time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        pid = int(run.stdout.readline())
        started = family(run.pid) - {run.pid}
        assert pid in started
        run.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 10
    while any(Path(f"/proc/{one}/fd").exists() for one in started) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert mentions(directory) == NOTHING
    assert directory.is_dir()
    with dockerd(folder / "next") as engine:
        assert engine.docker("node", "ls", "--quiet").stdout


@pytest.mark.real
def test_a_foreign_name_is_unknown_at_once(real_engine: RealEngine) -> None:
    """A container that asks for a name of the outside world must learn within seconds that there is none."""
    begin = time.monotonic()
    options = ("run", "--rm", "--network", "proxy", "busybox:1.36")
    done = real_engine.docker(*options, "nslookup", "wiki.example.org", check=False, timeout=60)
    assert "NXDOMAIN" in done.stdout + done.stderr
    assert time.monotonic() - begin < 8


@pytest.mark.real
def test_a_silent_port_is_a_timeout_and_not_a_hang(real_engine: RealEngine) -> None:
    """Asking a port where nobody listens must end in time, with a message that names it."""
    with pytest.raises(TimeoutError, match=r"127\.0\.0\.1:9/ did not answer within 1 s"):
        real_engine.http(9, timeout=1)


@pytest.mark.real
def test_a_refusal_of_the_cli_carries_its_words(real_engine: RealEngine) -> None:
    """A docker command that fails must raise, and the CLI's own words must be in what pytest prints."""
    with pytest.raises(subprocess.CalledProcessError) as caught:
        real_engine.docker("service", "inspect", "nobody")
    assert any("nobody" in note for note in caught.value.__notes__)


def test_an_engine_wants_an_empty_folder(folder: Path) -> None:
    """A folder with something in it must be refused before anything starts, because an engine's end removes it."""
    (folder / "mine.txt").write_text("keep me", encoding="utf-8")
    with pytest.raises(ValueError, match="not empty"), dockerd(folder):
        pass
    assert (folder / "mine.txt").read_text(encoding="utf-8") == "keep me"


def test_a_path_too_long_for_a_socket_is_refused(folder: Path) -> None:
    """A folder whose socket path the kernel cannot hold must be refused in words."""
    with pytest.raises(ValueError, match="at most 107 characters"), dockerd(folder / ("x" * 120)):
        pass
