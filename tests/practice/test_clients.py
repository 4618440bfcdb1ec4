"""Real clients on the practice swarm: the docker CLI 28 and docker-py, over the socket."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import docker
import pytest

from coopnb.practice.process import PracticeProcess
from tests.testbed.cli import docker_cli
from tests.testbed.requirements import require_oracle

COMPOSE = """\
services:
  web:
    image: nginx:1.27
    ports: ["8080:80"]
    networks: [proxy, default]
    deploy: {replicas: 2, update_config: {monitor: 100ms}, rollback_config: {monitor: 100ms}}
  app:
    image: mediawiki:1.39.17
    healthcheck: {test: [CMD, "true"], interval: 5s}
    secrets: [password]
    configs: [settings]
    volumes: [data:/data]
    deploy: {update_config: {monitor: 100ms}}
networks: {proxy: {external: true}}
volumes: {data: {}}
secrets: {password: {file: ./password}}
configs: {settings: {file: ./settings}}
"""

Docker = Callable[..., str]


@pytest.fixture
def served(start: Callable[..., PracticeProcess]) -> PracticeProcess:
    """A practice process with an auto clock."""
    return start()


@pytest.fixture
def cli(served: PracticeProcess, tmp_path: Path) -> Docker:
    """Run the docker CLI against the practice swarm, and return what it prints."""
    require_oracle("the docker CLI on the practice swarm")
    (tmp_path / "docker-config").mkdir()
    environment = {"DOCKER_CONFIG": str(tmp_path / "docker-config"), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}

    def run(*arguments: str, status: int = 0, timeout: float = 30) -> str:
        command = [str(docker_cli()), "-H", f"unix://{served.socket}", *arguments]
        done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=timeout)
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout + done.stderr

    return run


@pytest.fixture
def deployed(cli: Docker, tmp_path: Path) -> Docker:
    """The CLI, after it has deployed a stack and seen it converge."""
    (tmp_path / "compose.yml").write_text(COMPOSE, encoding="utf-8")
    (tmp_path / "password").write_text("s3cret", encoding="utf-8")
    (tmp_path / "settings").write_text("a=1", encoding="utf-8")
    cli("stack", "deploy", "--detach=false", "-c", "compose.yml", "demo")
    return cli


def test_a_stack_is_deployed_listed_and_removed(deployed: Docker) -> None:
    """The CLI must deploy a stack and wait for it, list it everywhere, and remove all of it."""
    services = deployed("stack", "services", "--format", "{{.Name}} {{.Replicas}} {{.Image}}", "demo")
    assert services.splitlines() == ["demo_app 1/1 mediawiki:1.39.17", "demo_web 2/2 nginx:1.27"]
    tasks = deployed("stack", "ps", "--format", "{{.Name}} {{.DesiredState}}", "demo")
    assert sorted(tasks.splitlines()) == ["demo_app.1 Running", "demo_web.1 Running", "demo_web.2 Running"]
    assert deployed("stack", "ls", "--format", "{{.Name}} {{.Services}}") == "demo 2\n"
    assert "demo_default" in deployed("network", "ls")
    assert "demo_password" in deployed("secret", "ls")
    assert "demo_settings" in deployed("config", "ls")
    assert "*:8080->80/tcp" in deployed("service", "ls")
    removed = deployed("stack", "rm", "demo")
    assert "Removing service demo_app" in removed
    assert deployed("service", "ls", "-q") == ""


def test_the_cli_reads_everything_it_can_read(deployed: Docker) -> None:
    """Nodes, info, inspects, logs, events, containers and volumes must be readable by the CLI."""
    assert [line.split()[0] for line in deployed("node", "ls", "--format", "{{.Hostname}}").splitlines()] == [
        "node1",
        "node2",
        "node3",
    ]
    assert "practice=true" in deployed("info")
    assert "28.5.2-practice" in deployed("version")
    inspected = json.loads(deployed("service", "inspect", "demo_web"))
    assert inspected[0]["Spec"]["Mode"] == {"Replicated": {"Replicas": 2}}
    assert "Replicas:\t2" in deployed("service", "inspect", "--pretty", "demo_web")
    assert "resuming normal operations" in deployed("service", "logs", "demo_app")
    assert "nginx started" in deployed("service", "logs", "-t", "--tail", "2", "demo_web")
    assert "Running" in deployed("service", "ps", "demo_web")
    assert "Running" in deployed("node", "ps", "node1", "node2", "node3")
    events = deployed("events", "--since", "2026-01-01T00:00:00Z", "--until", "2026-01-01T00:00:01Z")
    assert "service create" in events
    assert "demo_" in deployed("ps")
    deployed("volume", "ls")
    deployed("images")


def test_the_cli_updates_scales_and_rolls_back(deployed: Docker) -> None:
    """Updates that the CLI waits for must converge, a failing one must pause, and a rollback must repair it."""
    assert "converged" in deployed("service", "scale", "demo_web=3")
    assert "converged" in deployed("service", "update", "--image", "nginx:1.28", "demo_web")
    failed = deployed("service", "update", "--image", "example.org/missing:1", "demo_web", status=1)
    assert "update paused due to failure or early termination of task" in failed
    assert "No such image: example.org/missing:1" in deployed("service", "ps", "--no-trunc", "demo_web")
    assert "rollback" in deployed("service", "rollback", "demo_web")
    image = deployed("service", "inspect", "--format", "{{.Spec.TaskTemplate.ContainerSpec.Image}}", "demo_web")
    assert image.startswith("nginx:1.28@sha256:")


def test_the_cli_makes_and_drains(cli: Docker) -> None:
    """Services, networks and nodes must be made, changed and refused as on a real engine."""
    cli("network", "create", "-d", "overlay", "own")
    cli(
        "service",
        "create",
        "--name",
        "web",
        "--network",
        "own",
        "--replicas",
        "3",
        "--update-monitor",
        "100ms",
        "nginx:1.27",
    )
    assert "is in use by service" in cli("network", "rm", "own", status=1)
    assert "already exists" in cli("service", "create", "--name", "web", "nginx:1.27", status=1)
    cli("node", "update", "--availability", "drain", "node2")
    for _ in range(20):
        cli("service", "ls")
    on = cli("service", "ps", "--filter", "desired-state=running", "--format", "{{.Node}}", "web").split()
    assert len(on) == 3
    assert "node2" not in on
    assert "no such" in cli("service", "inspect", "nope", status=1).lower()
    assert "does not simulate" in cli("run", "busybox", status=125)


@pytest.fixture
def client(served: PracticeProcess) -> Iterator[Any]:
    """docker-py's low-level client, which negotiates its version."""
    client = docker.APIClient(base_url=f"unix://{served.socket}", version="auto", timeout=20)
    yield client
    client.close()


def test_docker_py_speaks_with_it(client: Any) -> None:
    """docker-py must negotiate, create a service with its own types, poll its tasks, read logs and events."""
    assert client.api_version == "1.51"
    assert client.info()["Name"] == "practice"
    client.create_network("own", driver="overlay", attachable=True)
    client.create_secret("password", b"s3cret")
    container = docker.types.ContainerSpec("nginx:1.27", env={"A": "1"})
    template = docker.types.TaskTemplate(container, networks=["own"])
    mode = docker.types.ServiceMode("replicated", replicas=2)
    made = client.create_service(template, name="web", mode=mode, labels={"a": "b"})
    for _ in range(40):
        tasks = client.tasks(filters={"service": "web"})
        if [task["Status"]["State"] for task in tasks] == ["running"] * 2:
            break
    assert [task["Status"]["State"] for task in tasks] == ["running"] * 2
    service = client.inspect_service("web")
    assert service["ID"] == made["ID"]
    assert [found["ID"] for found in client.services(filters={"label": ["a=b"]})] == [made["ID"]]
    log = b"".join(client.service_logs("web", stdout=True, tail=1))
    assert b"start worker processes" in log
    events = list(client.events(since=1, until=1767225600, decode=True))
    assert {event["Type"] for event in events} >= {"network", "secret", "service"}
    assert client.inspect_distribution("nginx:1.27")["Descriptor"]["digest"].startswith("sha256:")
    with pytest.raises(docker.errors.APIError) as caught:
        client.create_service(template, name="web")
    assert caught.value.status_code == 409
    assert client.remove_service("web") is True


def test_docker_py_hears_events_as_they_happen(client: Any, served: PracticeProcess) -> None:
    """A blocking event stream must deliver what another client does."""
    other: Any = docker.APIClient(base_url=f"unix://{served.socket}", version="auto", timeout=20)
    stream = client.events(decode=True, filters={"type": "secret"})
    try:
        other.create_secret("password", b"s3cret")
        assert next(stream)["Actor"]["Attributes"] == {"name": "password"}
    finally:
        stream.close()
        other.close()
