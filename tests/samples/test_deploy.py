"""The sample recipes run on a real engine when `docker stack deploy` deploys them: nothing of coopnb is in between."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from coopnb.samples import RECIPES
from tests.samples.reading import environment
from tests.testbed.engine import RealEngine

pytestmark = pytest.mark.real


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
        """Deploy a version of a sample with its port published, and return at once."""
        values = environment(version, self.domain, HTTP_PORT=str(self.port), **settings)
        files = ("-c", version / "compose.yml", "-c", version / "compose.port.yml")
        self.engine.docker("stack", "deploy", "--detach", "--resolve-image", "never", *files, self.name, env=values)

    def secret(self, key: str, value: str) -> None:
        """Create the first version of a secret."""
        self.engine.docker("secret", "create", f"{self.name}_{key}_v1", "-", stdin=value)

    def replicas(self) -> set[str]:
        """Return the services' running and wanted tasks as ``docker stack services`` shows them."""
        return set(self.engine.docker("stack", "services", self.name, "--format", "{{.Replicas}}").stdout.split())

    def update_state(self, service: str) -> str:
        """Return how the last update of a service stands (``completed``, ``rollback_completed``...)."""
        status = self.engine.docker("service", "inspect", f"{self.name}_{service}", "--format", "{{json .UpdateStatus}}")
        return str((json.loads(status.stdout) or {}).get("State", ""))

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
        return self.engine.docker("exec", "-i", self.container("db"), "sh", "-c", script, stdin=statement).stdout.strip()


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


def test_hello_serves_its_page_and_the_next_version_replaces_it(real_images: RealEngine) -> None:
    """The page must be served with the settings in it, by the first version and then by the second."""
    with stack(real_images, "hello.example.org", 8081) as hello:
        hello.deploy(RECIPES / "hello/1.0.0+1.26.3", GREETING="Good morning, members")
        status, body = real_images.http(8081, timeout=60)
        assert status == 200
        assert b"<h1>Good morning, members</h1>" in body
        assert b"served at hello.example.org" in body
        until(lambda: hello.replicas() == {"1/1"}, 60)
        hello.deploy(RECIPES / "hello/1.1.0+1.28.0", CONTACT="admin@example.org")
        until(lambda: hello.update_state("app") == "completed", 60)
        assert b"Write to admin@example.org" in real_images.http(8081)[1]


def test_the_wiki_is_served_from_its_database_and_a_bad_version_is_rolled_back(real_images: RealEngine) -> None:
    """MediaWiki must install itself, serve what MariaDB holds, survive an upgrade, and come back from a version that fails."""
    with stack(real_images, "wiki.example.org", 8082) as wiki:
        # every character that quoting could trip over, in PHP, SQL and the shell
        wiki.secret("db_password", "quote' dollar$HOME back\\slash \"double\" 7")
        wiki.secret("db_root_password", "root' and \\ and $1")
        wiki.deploy(RECIPES / "wiki/1.2.0+1.39.8", WIKI_NAME="Members' wiki")
        until(lambda: wiki.replicas() == {"1/1"}, 150)
        status, body = real_images.http(8082)
        assert status == 200
        assert b"<title>Members' wiki</title>" in body
        wiki.sql("UPDATE site_stats SET ss_total_pages = 4711")
        assert wiki.statistics()["pages"] == 4711

        wiki.deploy(RECIPES / "wiki/1.3.0+1.39.17", WIKI_NAME="Members' wiki")
        until(lambda: (wiki.update_state("app"), wiki.update_state("db")) == ("completed", "completed"), 120)
        assert wiki.statistics()["pages"] == 4711

        wiki.deploy(RECIPES / "wiki/1.4.0+1.43.0", WIKI_NAME="Members' wiki")
        until(lambda: wiki.update_state("app") == "rollback_completed", 120)
        until(lambda: wiki.replicas() == {"1/1"}, 60)
        image = real_images.docker("inspect", wiki.container("app"), "--format", "{{.Config.Image}}").stdout.strip()
        assert image == "mediawiki:1.39.17"
        assert wiki.statistics()["pages"] == 4711


def test_the_bad_version_never_becomes_healthy_when_it_is_the_first(real_images: RealEngine) -> None:
    """A first deployment of 1.4.0 must serve on port 80 and yet be ended as unhealthy, because 8080 is asked."""
    with stack(real_images, "bad.example.org", 8083) as wiki:
        wiki.secret("db_password", "secret1")
        wiki.secret("db_root_password", "secret2")
        wiki.deploy(RECIPES / "wiki/1.4.0+1.43.0")

        def ended() -> bool:
            tasks = ("ps", f"{wiki.name}_app", "--filter", "desired-state=shutdown", "--quiet")
            return bool(real_images.docker("service", *tasks).stdout)

        until(ended, 120)
        health = real_images.docker(
            "ps", "--all", "--filter", f"name={wiki.name}_app", "--filter", "health=unhealthy", "--quiet"
        )
        assert health.stdout
        assert "0/1" in wiki.replicas()


def test_the_hooks_of_the_database_make_a_dump_and_read_it_back(real_images: RealEngine) -> None:
    """The backup's hook must write a dump that holds the wiki, and the restore's hook must bring back what was lost since."""
    with stack(real_images, "backup.example.org", 8084) as wiki:
        wiki.secret("db_password", "secret1")
        wiki.secret("db_root_password", "it's secret 2")
        wiki.deploy(RECIPES / "wiki/1.3.0+1.39.17")
        until(lambda: wiki.replicas() == {"1/1"}, 150)
        labels = json.loads(
            real_images.docker("service", "inspect", f"{wiki.name}_db", "--format", "{{json .Spec.Labels}}").stdout
        )
        database = wiki.container("db")
        real_images.docker("exec", database, "sh", "-c", labels["backupbot.backup.pre-hook"])
        wiki.sql("DELETE FROM page")
        assert wiki.sql("SELECT COUNT(*) FROM page") == "0"
        real_images.docker("exec", database, "sh", "-c", labels["backupbot.restore.post-hook"])
        assert wiki.sql("SELECT COUNT(*) FROM page") == "1"
        assert real_images.docker("exec", database, "ls", "/var/lib/mysql/wiki.sql", check=False).returncode != 0
