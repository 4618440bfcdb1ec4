"""A wiki with something written in it lives through two versions, one that fails, and an outage."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.real.site import SERVER, Site, containers
from tests.samples.stack import until
from tests.testbed.asking import asking

pytestmark = [pytest.mark.real, pytest.mark.timeout(900)]

DOMAIN = "wiki.example.org"
NODES = {"app": "node2", "db": "node3"}
TEXT = "We meet on Thursdays, 'quoted' and \"quoted\"."


@dataclass(frozen=True, slots=True)
class Wiki:
    """What a member of the co-op wrote, and where."""

    coop: Site
    stack: str

    def inside(self, *command: str, service: str = "app", stdin: str | None = None) -> str:
        """Run a command in the container of a service that is healthy."""
        engine = self.coop.nodes.engines[NODES[service]]
        listed = ("ps", "--quiet", "--filter", f"name={self.stack}_{service}", "--filter", "health=healthy")
        container = engine.docker(*listed).stdout.split()[0]
        return engine.docker("exec", "-i", container, *command, stdin=stdin).stdout

    def write(self) -> None:
        """Write a page as MediaWiki does, and put a picture where uploads lie."""
        self.inside("php", "/var/www/html/maintenance/edit.php", "--user", "Maintenance", "Meetings", stdin=TEXT)
        self.inside("sh", "-c", "cat > /var/www/html/images/poster.svg", stdin="<svg/>")

    def read(self) -> tuple[str, str]:
        """Read both back over HTTP."""
        page = self.inside("curl", "-fsS", "http://127.0.0.1/index.php?title=Meetings&action=raw")
        return page.strip(), self.inside("curl", "-fsS", "http://127.0.0.1/images/poster.svg")

    def secrets(self, service: str) -> list[bytes]:
        """The secrets that a service's tasks have, read where only their containers can."""
        names = self.inside("ls", "/run/secrets", service=service).split()
        return [self.inside("cat", f"/run/secrets/{name}", service=service).encode() for name in names]


def coats(value: bytes) -> set[bytes]:
    """A value and what it looks like encoded."""
    return {value, base64.b64encode(value), value.hex().encode(), quote(value).encode(), value[::-1]}


def test_what_members_wrote_is_still_there_at_the_end(
    coop: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A page and a picture must outlive an upgrade, one that is rolled back, and an outage that a runbook mends.

    No byte of the secrets that were made for it may be found in the workspace then, in any coat.
    """
    workspace = coop.workspace(tmp_path, "wiki")
    with coop.app(DOMAIN) as stack:
        first = coop.run(workspace, "deploy-app", "a start", recipe="wiki", version="1.2.0+1.39.8", domain=DOMAIN)
        assert first.status == 0, first.out + first.err
        assert coop.services(stack) == {
            f"{stack}_app": ("1/1", "mediawiki:1.39.8"),
            f"{stack}_db": ("1/1", "mariadb:10.11.8"),
        }
        wiki = Wiki(coop, stack)
        wiki.write()
        assert wiki.read() == (TEXT, "<svg/>")

        with asking(coop.manager, f"{stack}_app", DOMAIN, "/index.php/Meetings") as good:
            done = coop.run(workspace, "upgrade-app", "security fixes", version="1.3.0+1.39.17", domain=DOMAIN)
        assert done.status == 0, done.out + done.err
        assert done.facts("planned")["version_before"] == "1.2.0+1.39.8"
        assert coop.services(stack) == {
            f"{stack}_app": ("1/1", "mediawiki:1.39.17"),
            f"{stack}_db": ("1/1", "mariadb:10.11.11"),
        }
        assert wiki.read() == (TEXT, "<svg/>")

        with asking(coop.manager, f"{stack}_app", DOMAIN, "/index.php/Meetings") as bad:
            failed = coop.run(workspace, "upgrade-app", "the newest", version="1.4.0+1.43.0", domain=DOMAIN)
        assert failed.status == 1, failed.out + failed.err
        assert failed.facts("outcome")["outcome"] == "rolled back"
        settings = workspace / "servers" / SERVER / f"{DOMAIN}.env"
        assert "TYPE=wiki:1.3.0+1.39.17" in settings.read_text(encoding="utf-8")
        assert wiki.read() == (TEXT, "<svg/>")

        with asking(coop.manager, f"{stack}_app", DOMAIN, "/index.php/Meetings") as down:
            coop.manager.docker("service", "scale", "--detach=true", f"{stack}_db=0")
            until(lambda: not containers(coop.nodes.engines["node3"], stack, running=True), 60)
            incident = {"noticed": "members see an error since noon", "cause": "somebody scaled the database to none"}
            incident |= {"remedy": "scale", "service": "db", "replicas": "1"}
            mended = coop.run(workspace, "app-is-down", "the database is missing", domain=DOMAIN, **incident)
        assert mended.status == 0, mended.out + mended.err
        assert mended.facts("closed")["ending"] == "resolved"
        assert "somebody scaled the database to none" in (mended.folder / "app-is-down.record.html").read_text()
        assert wiki.read() == (TEXT, "<svg/>")
        values = {*wiki.secrets("db"), *wiki.secrets("app")}

    assert [len(value) for value in values] == [32, 32]
    searched = [path for path in workspace.rglob("*") if path.is_file()]
    assert len(searched) > 20
    for path in searched:
        content = path.read_bytes()
        assert not [coat for value in values for coat in coats(value) if coat in content], path

    seen = {"an upgrade of wiki and database": good, "one that was rolled back": bad, "an outage": down}
    with capsys.disabled():
        print("".join(f"\nasked through {what}: {asked}" for what, asked in seen.items()))
    assert bad.failed == []
    assert down.failed, "a client must notice an outage"
    assert all(" 500 " in f" {line} " for line in good.failed), "only the database that restarts may be noticed"
    assert not containers(coop.nodes.engines["node2"], stack)
