"""An app that the docker CLI deploys, so that recipes and images are proven before anything of coopnb touches them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.samples.reading import environment
from tests.testbed.engine import RealEngine


@dataclass(frozen=True, slots=True)
class Stack:
    """An app that the docker CLI deploys."""

    engine: RealEngine
    domain: str
    port: int

    @property
    def name(self) -> str:
        """The app's namespace in the swarm."""
        return self.domain.replace(".", "_")

    def deploy(self, version: Path, **settings: str) -> None:
        """Deploy a version of a sample, with its port published if it has an overlay for that, and return at once."""
        values = environment(version, self.domain, HTTP_PORT=str(self.port), **settings)
        paths = [path for path in (version / "compose.yml", version / "compose.port.yml") if path.exists()]
        files = [part for path in paths for part in ("-c", path)]
        self.engine.docker("stack", "deploy", "--detach", "--resolve-image", "never", *files, self.name, env=values)

    def secret(self, key: str, value: str) -> None:
        """Create the first version of a secret."""
        self.engine.docker("secret", "create", f"{self.name}_{key}_v1", "-", stdin=value)

    def replicas(self) -> set[str]:
        """Return the services' running and wanted tasks as ``docker stack services`` shows them."""
        return set(self.engine.docker("stack", "services", self.name, "--format", "{{.Replicas}}").stdout.split())

    def update_state(self, service: str) -> str:
        """Return how the last update of a service stands (``completed``, ``rollback_completed``...)."""
        asked = ("service", "inspect", f"{self.name}_{service}", "--format", "{{json .UpdateStatus}}")
        return str((json.loads(self.engine.docker(*asked).stdout) or {}).get("State", ""))

    def container(self, service: str) -> str:
        """Return the running container of a service."""
        return self.engine.docker("ps", "--quiet", "--filter", f"name={self.name}_{service}").stdout.split()[0]

    def statistics(self) -> dict[str, int]:
        """Return the counts that the wiki reads from its database."""
        status, body = self.engine.http(self.port, "/api.php?action=query&meta=siteinfo&siprop=statistics&format=json")
        assert status == 200
        counts = json.loads(body)["query"]["statistics"]
        assert isinstance(counts, dict)
        return counts

    def sql(self, statement: str) -> str:
        """Ask the app's database as root."""
        script = 'MYSQL_PWD="$(cat /run/secrets/db_root_password)" exec mariadb -N -u root wiki'
        command = ("exec", "-i", self.container("db"), "sh", "-c", script)
        return self.engine.docker(*command, stdin=statement).stdout.strip()


@contextmanager
def stack(engine: RealEngine, domain: str, port: int) -> Iterator[Stack]:
    """Give an app that is taken away again, with its secrets and volumes."""
    app = Stack(engine, domain, port)
    try:
        yield app
    finally:
        engine.docker("stack", "rm", "--detach=false", app.name)
        until(lambda: not engine.docker("ps", "--all", "--quiet", "--filter", f"name={app.name}_").stdout, 30)
        for kind in ("secret", "volume"):
            listed = engine.docker(kind, "ls", "--quiet", "--filter", f"name={app.name}_").stdout.split()
            if listed:
                engine.docker(kind, "rm", *listed)


def until(condition: Callable[[], bool], seconds: float) -> None:
    """Return as soon as a condition holds; fail if it does not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds:g} s"
        time.sleep(0.5)
