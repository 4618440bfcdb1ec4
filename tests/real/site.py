"""A co-op's servers as the tests have them: three nodes behind an ssh alias, a registry, recipes on a git remote."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from coopnb.commons import plant_samples
from coopnb.samples import RECIPES
from coopnb.workspace import Workspace
from tests.runbook.headless import LONGEST, Ran
from tests.samples.stack import until
from tests.testbed.engine import RealEngine
from tests.testbed.images import MARIADB, MEDIAWIKI, NGINX
from tests.testbed.nodes import ThreeNodes, swarm_of_three
from tests.testbed.registry import MIRROR, registry
from tests.testbed.ssh import SshServer, sshd
from tests.testbed.ssh_client import Home, client_home, introduce

SERVER = "node1.example.org"
"""The alias in the ssh config, and the server's name in the workspace."""

OVERLAY = "compose.nodes.yml"
"""Added to every version on the remote: without IPVS in the kernel no service address would carry traffic, and a volume
lies on one node, so that what needs it has to stay there."""
OVERLAYS = {
    "hello": """\
services:
  app:
    deploy:
      endpoint_mode: dnsrr
""",
    "wiki": """\
services:
  app:
    deploy:
      endpoint_mode: dnsrr
      placement:
        constraints: [node.hostname == node2]
  db:
    deploy:
      placement:
        constraints: [node.hostname == node3]
""",
}
BROKEN = "1.2.0+1.28.0"
"""A version of hello that serves its page and never becomes healthy: its health check asks another port."""


@dataclass(frozen=True, slots=True)
class Site:
    """What a test in this folder has: the swarm, the way to it, and where recipes come from.

    Attributes:
        remote: the folder with one repository a recipe, on the server.
    """

    nodes: ThreeNodes
    ssh: SshServer
    home: Home
    remote: Path

    @property
    def manager(self) -> RealEngine:
        """The manager's engine, for what a test wants to know without coopnb."""
        return self.nodes.manager

    def address(self, recipe: str) -> str:
        """Where a recipe is cloned from."""
        return f"ssh://{SERVER}{self.remote / recipe}"

    def coopnb(self, workspace: Path, *arguments: str, **parameters: str) -> Ran:
        """Run one command as an operator who is at home in ``home``; parameters become ``-p name=value``."""
        given = [part for name, value in parameters.items() for part in ("-p", f"{name}={value}")]
        foreign = ("SSH_AUTH_SOCK", "DOCKER_HOST", "DOCKER_CONFIG", "DOCKER_CONTEXT", "ABRA_DIR")
        inherited = {name: value for name, value in os.environ.items() if name not in foreign}
        settings = {"COOPNB_WORKSPACE": str(workspace), "COOPNB_OPERATOR": "ana@laptop"}
        done = subprocess.run(
            [sys.executable, "-m", "coopnb.cli", *arguments, *given],
            env={**inherited, **self.home.environment, **settings},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=LONGEST,
            check=False,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    def run(self, workspace: Path, runbook: str, reason: str, server: str = SERVER, **parameters: str) -> Ran:
        """Execute a runbook both times: the plan, then the same with its digest approved."""
        planned = self.coopnb(workspace, "run", runbook, server=server, **parameters)
        assert planned.status == 3, planned.out + planned.err
        parameters |= {"approve": planned.digest, "reason": reason}
        return self.coopnb(workspace, "run", runbook, server=server, **parameters)

    def workspace(self, folder: Path, *recipes: str, server: str = SERVER) -> Path:
        """Make an operator's workspace: the server by its name, and recipes fetched from the remote."""
        (folder / "servers" / server).mkdir(parents=True)
        for recipe in recipes:
            done = self.coopnb(folder, "recipe", "fetch", self.address(recipe))
            assert done.status == 0, done.out + done.err
        return folder

    def services(self, name: str) -> dict[str, tuple[str, str]]:
        """What the docker CLI says of a stack: service -> (replicas, image)."""
        listed = self.manager.docker("stack", "services", name, "--format", "json").stdout.splitlines()
        return {item["Name"]: (item["Replicas"], item["Image"]) for item in map(json.loads, listed)}

    def update_state(self, service: str) -> str:
        """Return how the last update of a service stands: ``completed``, ``rollback_completed``..."""
        asked = ("service", "inspect", service, "--format", "{{json .UpdateStatus}}")
        return str((json.loads(self.manager.docker(*asked).stdout) or {}).get("State", ""))

    @contextmanager
    def app(self, domain: str) -> Iterator[str]:
        """Give an app's stack name, and take away afterwards whatever was deployed, with secrets and volumes."""
        name = domain.replace(".", "_")
        try:
            yield name
        finally:
            self.manager.docker("stack", "rm", "--detach=false", name)
            for engine in self.nodes.engines.values():
                until(lambda one=engine: not containers(one, name), 30)  # type: ignore[misc]
                volumes = engine.docker("volume", "ls", "--quiet", "--filter", f"name={name}_").stdout.split()
                if volumes:
                    engine.docker("volume", "rm", *volumes)
            for kind in ("secret", "config"):
                found = self.manager.docker(kind, "ls", "--quiet", "--filter", f"name={name}").stdout.split()
                found += [] if kind == "secret" else self._undo(name)
                if found:
                    self.manager.docker(kind, "rm", *found)

    def _undo(self, name: str) -> list[str]:
        return self.manager.docker("config", "ls", "--quiet", "--filter", f"name=coopnb_{name}").stdout.split()


def containers(engine: RealEngine, stack: str, *, running: bool = False) -> list[str]:
    """Return the containers of a stack on one node, those that ended too unless only running ones are wanted."""
    options = () if running else ("--all",)
    return engine.docker("ps", *options, "--quiet", "--filter", f"name={stack}_").stdout.split()


@contextmanager
def site(directory: Path) -> Iterator[Site]:
    """Start all of it below ``directory``, and take all of it away."""
    with (
        swarm_of_three(directory / "swarm", mirror=MIRROR) as nodes,
        registry(nodes, (NGINX, MEDIAWIKI, MARIADB)),
        sshd(directory / "ssh", nodes.manager.url) as server,
    ):
        home = client_home(directory / "home")
        introduce(home, server, SERVER)
        yield Site(nodes, server, home, publish(directory / "git"))


def publish(folder: Path) -> Path:
    """Make the repositories that recipes are cloned from, a commit and a tag a version; return their folder."""
    versions = folder / "versions"
    for recipe, overlay in OVERLAYS.items():
        shutil.copytree(RECIPES / recipe, versions / recipe)
        if recipe == "hello":
            break_health(versions / recipe / "1.1.0+1.28.0", versions / recipe / BROKEN)
        for version in (versions / recipe).iterdir():
            (version / OVERLAY).write_text(f'---\nversion: "3.8"\n{overlay}', encoding="utf-8")
            sample = version / ".env.sample"
            text = sample.read_text(encoding="utf-8")
            files = 'COMPOSE_FILE="compose.yml'
            assert text.count(f'\n{files}"') == 1
            sample.write_text(text.replace(f'\n{files}"', f'\n{files}:{OVERLAY}"'), encoding="utf-8")
    plant_samples(Workspace(folder), versions)
    return folder / "recipes"


def break_health(version: Path, broken: Path) -> None:
    """Make of a good version one whose health check asks a port that nobody serves."""
    shutil.copytree(version, broken)
    compose = broken / "compose.yml"
    text = compose.read_text(encoding="utf-8").replace(version.name, broken.name)
    text = text.replace("http://127.0.0.1/", "http://127.0.0.1:8080/").replace("interval: 5s", "interval: 2s")
    compose.write_text(text.replace("retries: 3", "retries: 2"), encoding="utf-8")
    (broken / "release" / broken.name).write_text("The page is served as before.\n", encoding="utf-8")
