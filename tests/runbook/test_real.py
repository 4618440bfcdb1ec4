"""The runbook on a real dockerd: a recipe from its files to a page that answers."""

from __future__ import annotations

import json
from pathlib import Path

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
