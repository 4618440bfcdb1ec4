"""The sample recipes run on a real engine when `docker stack deploy` deploys them: nothing of coopnb is in between."""

from __future__ import annotations

import json

import pytest

from coopnb.samples import RECIPES
from tests.samples.stack import stack, until
from tests.testbed.engine import RealEngine

pytestmark = pytest.mark.real


def test_hello_serves_its_page_and_the_next_version_replaces_it(real_images: RealEngine) -> None:
    """The page must be served with the settings in it, by the first version and then by the second."""
    with stack(real_images, "page.example.org", 8081) as hello:
        hello.deploy(RECIPES / "hello/1.0.0+1.26.3", GREETING="Good morning, members")
        status, body = real_images.http(8081, timeout=60)
        assert status == 200
        assert b"<h1>Good morning, members</h1>" in body
        assert b"served at page.example.org" in body
        until(lambda: hello.replicas() == {"1/1"}, 60)
        hello.deploy(RECIPES / "hello/1.1.0+1.28.0", CONTACT="admin@example.org")
        until(lambda: hello.update_state("app") == "completed", 60)
        assert b"Write to admin@example.org" in real_images.http(8081)[1]


def test_the_wiki_is_served_from_its_database_and_a_bad_version_is_rolled_back(real_images: RealEngine) -> None:
    """MediaWiki must install itself, serve what MariaDB holds, survive an upgrade, and come back from a bad version."""
    with stack(real_images, "wiki.example.org", 8082) as wiki:
        # every character that quoting could trip over, in PHP, SQL and the shell
        wiki.secret("db_password", 'quote\' dollar$HOME back\\slash "double" 7')
        wiki.secret("db_root_password", "root' and \\ and $1")
        wiki.deploy(RECIPES / "wiki/1.2.0+1.39.8", WIKI_NAME="Members' wiki")
        until(lambda: wiki.replicas() == {"1/1"}, 150)
        status, body = real_images.http(8082)
        assert status == 200
        assert b"<title>Members' wiki</title>" in body
        wiki.sql("UPDATE site_stats SET ss_images = 4711")
        assert wiki.statistics()["images"] == 4711

        wiki.deploy(RECIPES / "wiki/1.3.0+1.39.17", WIKI_NAME="Members' wiki")
        until(lambda: (wiki.update_state("app"), wiki.update_state("db")) == ("completed", "completed"), 120)
        assert wiki.statistics()["images"] == 4711

        wiki.deploy(RECIPES / "wiki/1.4.0+1.43.0", WIKI_NAME="Members' wiki")
        until(lambda: wiki.update_state("app") == "rollback_completed", 120)
        until(lambda: wiki.replicas() == {"1/1"}, 60)
        image = real_images.docker("inspect", wiki.container("app"), "--format", "{{.Config.Image}}").stdout.strip()
        assert image == "mediawiki:1.39.17"
        assert wiki.statistics()["images"] == 4711


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
    """The backup's hook must write a dump of the wiki, and the restore's hook must bring back what was lost since."""
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
