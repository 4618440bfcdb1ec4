"""A registry on the switch of three nodes: they pull from it what recipes name, as from docker.io."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.testbed.building import lock, say
from tests.testbed.debian import cache_directory
from tests.testbed.images import Image, load, recipe_hash
from tests.testbed.nodes import ThreeNodes
from tests.testbed.processes import SYSTEM_PATH

ADDRESS = "10.99.0.254"
PORT = 5000
MIRROR = f"http://{ADDRESS}:{PORT}"
"""What ``swarm_of_three`` is told, so that its engines ask here for images of docker.io."""

CONFIGURATION = """\
version: 0.1
log:
  level: error
storage:
  filesystem:
    rootdirectory: {storage}
  maintenance:
    readonly:
      enabled: {readonly}
http:
  addr: {address}:{port}
"""


@contextmanager
def registry(swarm: ThreeNodes, images: Sequence[Image]) -> Iterator[str]:
    """Serve images to the nodes of a swarm that was started with ``MIRROR``, and give the registry's address.

    What is served is kept in the cache: the first run on a machine pushes it from the manager.
    """
    swarm.switch.settle(ADDRESS)
    storage = filled(swarm, images)
    with serving(swarm, storage, readonly=True):
        yield MIRROR


def filled(swarm: ThreeNodes, images: Sequence[Image]) -> Path:
    """Return the folder of a registry that has the images, made if the cache has none."""
    digest = hashlib.sha256("".join(recipe_hash(image) + str(image.tags) for image in images).encode()).hexdigest()[:12]
    target = cache_directory() / f"registry-{digest}"
    with lock("registry"):
        if not target.exists():
            say("testbed: pushing images to a registry, once for this machine")
            with tempfile.TemporaryDirectory(prefix="build-", dir=cache_directory()) as folder:
                storage = Path(folder) / "storage"
                storage.mkdir()
                with serving(swarm, storage, readonly=False):
                    push(swarm, images)
                for older in cache_directory().glob("registry-*/"):
                    shutil.rmtree(older)
                storage.rename(target)
    return target


def push(swarm: ThreeNodes, images: Sequence[Image]) -> None:
    """Push images from the manager as docker.io's own, and take them away from there again."""
    engine = swarm.manager
    load(engine, images)
    for image in images:
        for tag in image.tags:
            name = f"{ADDRESS}:{PORT}/library/{tag}"
            engine.docker("tag", tag, name)
            engine.docker("push", "--quiet", name, timeout=600)
            engine.docker("image", "rm", name)
        engine.docker("image", "rm", *image.tags)


@contextmanager
def serving(swarm: ThreeNodes, storage: Path, *, readonly: bool) -> Iterator[None]:
    """Run a registry in the switch's network. Raises RuntimeError with its words if it does not answer."""
    with tempfile.TemporaryDirectory(prefix="coopnb-registry-") as folder:
        settings = Path(folder) / "config.yml"
        settings.write_text(
            CONFIGURATION.format(storage=storage, readonly=str(readonly).lower(), address=ADDRESS, port=PORT),
            encoding="utf-8",
        )
        with (Path(folder) / "log").open("w+b") as log:
            command = ["setpriv", "--pdeathsig", "KILL", "nsenter", f"--net={swarm.switch.netns}"]
            process = subprocess.Popen(
                [*command, "docker-registry", "serve", str(settings)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env={"PATH": SYSTEM_PATH, "OTEL_TRACES_EXPORTER": "none"},
            )
            try:
                if not answers(swarm):
                    log.seek(0)
                    raise RuntimeError(f"the registry does not answer: {log.read().decode(errors='replace')[-2000:]}")
                yield
            finally:
                process.kill()
                process.wait(10)


def answers(swarm: ThreeNodes, timeout: float = 20) -> bool:
    """Wait until the registry accepts connections in the switch's network."""
    script = f"import socket; socket.create_connection(({ADDRESS!r}, {PORT}), 1).close()"
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        asked = ["nsenter", f"--net={swarm.switch.netns}", sys.executable, "-I", "-S", "-c", script]
        if subprocess.run(asked, capture_output=True, timeout=10, check=False).returncode == 0:
            return True
        time.sleep(0.1)
    return False
