"""The runbook on a real dockerd: recipes from their files to pages that answer, and a record of it."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.runbook.headless import coopnb, deploy
from tests.samples.stack import stack
from tests.testbed.engine import RealEngine

pytestmark = [pytest.mark.real, pytest.mark.timeout(600)]


def with_port(workspace: Path, domain: str, port: int) -> None:
    """Publish an app's page on a port of the node, as an operator would in its settings."""
    settings = workspace / "servers" / "default" / f"{domain}.env"
    overlay = f'COMPOSE_FILE="$COMPOSE_FILE:compose.port.yml"\nHTTP_PORT={port}\n'
    settings.write_text(settings.read_text() + overlay)


def stack_services(engine: RealEngine, name: str) -> dict[str, tuple[str, str]]:
    """What the docker CLI says: service -> (replicas, image)."""
    listed = engine.docker("stack", "services", name, "--format", "json").stdout.splitlines()
    found = [json.loads(line) for line in listed]
    return {item["Name"]: (item["Replicas"], item["Image"]) for item in found}


def secret_values(engine: RealEngine, service: str) -> list[bytes]:
    """The secrets a task of the service has, read where only the container can."""
    container = engine.docker("ps", "-q", "--filter", f"name={service}").stdout.split()[0]
    names = engine.docker("exec", container, "ls", "/run/secrets").stdout.split()
    return [engine.docker("exec", container, "cat", f"/run/secrets/{name}").stdout.encode() for name in names]


def coats(value: bytes) -> set[bytes]:
    """A value and what it looks like encoded."""
    return {value, base64.b64encode(value), value.hex().encode(), quote(value).encode(), value[::-1]}


def test_hello_answers(real_images: RealEngine, tmp_path: Path) -> None:
    """A first deploy must end with a page that answers, and the docker CLI must agree."""
    parameters = {"server": real_images.url, "recipe": "hello", "domain": "hello.example.org"}
    planned = coopnb(tmp_path, "run", "deploy-app", **parameters)

    assert planned.status == 3
    assert stack_services(real_images, "hello_example_org") == {}

    with stack(real_images, "hello.example.org", 8085):
        with_port(tmp_path, "hello.example.org", 8085)
        done = deploy(tmp_path, **parameters)

        assert done.status == 0, done.out + done.err
        assert stack_services(real_images, "hello_example_org") == {"hello_example_org_app": ("1/1", "nginx:1.28.0")}
        status, body = real_images.http(8085)
        assert status == 200
        assert b"hello.example.org" in body

        again = coopnb(tmp_path, "run", "deploy-app", **parameters)

        assert again.status == 0, again.out + again.err
        assert again.facts("planned")["nothing_to_do"] is True


def test_wiki_answers_upgrades_and_leaves_no_secret(real_images: RealEngine, tmp_path: Path) -> None:
    """The wiki must answer, survive an upgrade and a rollback, and no byte of its secrets may be in the workspace."""
    # A domain of this test's own: secrets and volumes outlive a stack, on purpose.
    parameters = {"server": real_images.url, "recipe": "wiki", "domain": "choir.example.org"}
    with stack(real_images, "choir.example.org", 8086):
        coopnb(tmp_path, "run", "deploy-app", **parameters, version="1.2.0+1.39.8")
        with_port(tmp_path, "choir.example.org", 8086)
        first = deploy(tmp_path, **parameters, version="1.2.0+1.39.8")

        assert first.status == 0, first.out + first.err
        assert real_images.http(8086, "/index.php/Main_Page", timeout=30)[0] == 200
        assert stack_services(real_images, "choir_example_org") == {
            "choir_example_org_app": ("1/1", "mediawiki:1.39.8"),
            "choir_example_org_db": ("1/1", "mariadb:10.11.8"),
        }

        upgraded = deploy(tmp_path, **parameters, version="1.3.0+1.39.17", reason="security fixes")

        assert upgraded.status == 0, upgraded.out + upgraded.err
        assert upgraded.facts("planned")["version_before"] == "1.2.0+1.39.8"
        assert real_images.http(8086, "/index.php/Main_Page", timeout=30)[0] == 200

        broken = deploy(tmp_path, **parameters, version="1.4.0+1.43.0", reason="the new release")

        assert broken.status == 1, broken.out + broken.err
        assert broken.facts("outcome")["outcome"] == "rolled back"
        assert real_images.http(8086, "/index.php/Main_Page", timeout=30)[0] == 200
        assert "TYPE=wiki:1.3.0+1.39.17" in (tmp_path / "servers/default/choir.example.org.env").read_text()

        values = [
            *secret_values(real_images, "choir_example_org_db"),
            *secret_values(real_images, "choir_example_org_app"),
        ]
        assert len(set(values)) == 2
        assert all(len(value) == 32 for value in values)
        searched = [path for path in tmp_path.rglob("*") if path.is_file()]
        assert len(searched) > 20
        for path in searched:
            content = path.read_bytes()
            assert not [coat for value in values for coat in coats(value) if coat in content], path
