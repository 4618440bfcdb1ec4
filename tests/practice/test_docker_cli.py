"""The docker CLI 28, unchanged, on a practice process: a session noun by noun, errors and exit statuses included."""

from __future__ import annotations

import json
import re
import select
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from coopnb.practice.process import PracticeProcess
from tests.testbed.cli import docker_cli
from tests.testbed.requirements import require_oracle

COMPOSE = """\
services:
  app:
    image: mediawiki:1.39.17
    healthcheck: {test: [CMD, "true"], interval: 5s}
    secrets: [password]
    configs: [settings]
    volumes: ["data:/data"]
    deploy: {update_config: {monitor: 100ms}}
  web:
    image: nginx:1.27
    ports: ["8080:80"]
    deploy: {replicas: 2, update_config: {monitor: 100ms}}
volumes: {data: {}}
secrets: {password: {file: ./password}}
configs: {settings: {file: ./settings}}
"""


@dataclass(frozen=True, slots=True)
class Cli:
    """The docker CLI in a folder of its own, talking to one practice swarm."""

    socket: Path
    folder: Path

    def command(self, *arguments: str) -> list[str]:
        """What is run."""
        return [str(docker_cli()), "-H", f"unix://{self.socket}", *arguments]

    @property
    def environment(self) -> dict[str, str]:
        """Nothing of this machine's own settings."""
        return {"DOCKER_CONFIG": str(self.folder / "cfg"), "PATH": "/usr/bin:/bin", "HOME": str(self.folder)}

    def __call__(self, *arguments: str, status: int = 0, typed: str = "") -> str:
        """Run it, and return what it printed; its exit status must be the expected one."""
        done = subprocess.run(
            self.command(*arguments),
            env=self.environment,
            cwd=self.folder,
            input=typed,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == status, (arguments, done.stdout, done.stderr)
        return done.stdout + done.stderr

    def lines(self, *arguments: str) -> list[str]:
        """The lines that it prints."""
        return self(*arguments).splitlines()


@pytest.fixture
def docker(start: Callable[..., PracticeProcess], tmp_path: Path) -> Cli:
    """The CLI on a practice swarm with an auto clock."""
    require_oracle("the docker CLI on the practice swarm")
    (tmp_path / "cfg").mkdir()
    (tmp_path / "compose.yml").write_text(COMPOSE, encoding="utf-8")
    (tmp_path / "password").write_text("s3cret", encoding="utf-8")
    (tmp_path / "settings").write_text("a=1\n", encoding="utf-8")
    return Cli(start().socket, tmp_path)


@pytest.fixture
def web(docker: Cli) -> Cli:
    """The CLI, after it has made a service of two tasks and waited for it."""
    said = docker(
        *("service", "create", "--name", "web", "--replicas", "2", "--update-monitor", "100ms"),
        *("--mount", "type=volume,source=data,target=/data", "--publish", "mode=host,target=80,published=8080"),
        "nginx:1.27",
    )
    assert re.search(r"verify: Service \w{25} converged", said)
    return docker


def test_info_and_version(docker: Cli) -> None:
    """Info and version must say what the swarm is, and that it is for practice."""
    info = docker("info")
    for line in (
        " Server Version: 28.5.2-practice",
        " Swarm: active",
        "  Is Manager: true",
        "  Nodes: 3",
        "practice=true",
    ):
        assert line in info
    assert "This is a practice swarm: nothing that is deployed here runs." in info
    version = docker("version")
    assert "Server: coopnb practice swarm" in version
    assert "1.51 (minimum version 1.24)" in version


def test_nodes(web: Cli) -> None:
    """Nodes must be listed, shown, drained, promoted, demoted and removed, and refused where dockerd refuses."""
    assert web.lines("node", "ls", "--format", "{{.Hostname}} {{.Status}} {{.Availability}} {{.ManagerStatus}}") == [
        "node1 Ready Active Leader",
        "node2 Ready Active ",
        "node3 Ready Active ",
    ]
    assert "Hostname:              \tnode2" in web("node", "inspect", "--pretty", "node2")
    assert json.loads(web("node", "inspect", "self"))[0]["Description"]["Hostname"] == "node1"
    names = web.lines("node", "ps", "--format", "{{.Name}}", "node1", "node2", "node3")
    assert set(names) == {"web.1", "web.2"}
    assert web("node", "update", "--label-add", "zone=a", "--availability", "drain", "node2") == "node2\n"
    assert "zone=a" in web("node", "inspect", "--format", "{{.Spec.Labels}}", "node2").replace(":", "=")
    assert "promoted to a manager" in web("node", "promote", "node3")
    assert web.lines("node", "ls", "--filter", "role=manager", "--format", "{{.Hostname}}") == ["node1", "node3"]
    assert "demoted in the swarm" in web("node", "demote", "node3")
    assert "attempting to demote the last manager of the swarm" in web("node", "demote", "node1", status=1)
    assert "is not down and can't be removed" in web("node", "rm", "node2", status=1)
    assert web("node", "rm", "--force", "node2") == "node2\n"
    assert "It must be demoted to worker before removal" in web("node", "rm", "node1", status=1)
    assert "node nope not found" in web("node", "inspect", "nope", status=1)


def test_a_service_is_made_shown_and_listed(web: Cli) -> None:
    """A service must be listed, its tasks shown, and inspected as JSON and in words."""
    assert web.lines("service", "ls", "--format", "{{.Name}} {{.Mode}} {{.Replicas}} {{.Image}}") == [
        "web replicated 2/2 nginx:1.27"
    ]
    tasks = web.lines("service", "ps", "--format", "{{.Name}} {{.DesiredState}} {{.CurrentState}}", "web")
    assert [" ".join(task.split()[:3]) for task in sorted(tasks)] == ["web.1 Running Running", "web.2 Running Running"]
    pretty = web("service", "inspect", "--pretty", "web")
    for line in ("Service Mode:\tReplicated", " Replicas:\t2", " Monitoring Period: 100ms", " Target:\t/data"):
        assert line in pretty
    spec = json.loads(web("service", "inspect", "web"))[0]["Spec"]
    assert spec["TaskTemplate"]["ContainerSpec"]["Image"].startswith("nginx:1.27@sha256:")
    logs = web("service", "logs", "--tail", "1", "web")
    assert re.search(r"web\.1\.\w+@node\d +\| \[notice\] 1#1: start worker processes", logs)
    assert "name conflicts with an existing object" in web(
        "service", "create", "--detach", "--name", "web", "nginx:1.27", status=1
    )
    assert "no such service: nope" in web("service", "ps", "nope", status=1)


def test_a_service_is_updated_scaled_and_rolled_back(web: Cli) -> None:
    """Waiting for updates must end as they end: converged, paused with status 1, or rolled back."""
    assert "does not have a previous spec" in web("service", "rollback", "web", status=1)
    assert "verify: Service web converged" in web("service", "update", "--image", "nginx:1.28", "web")
    failed = web("service", "update", "--image", "example.org/missing:1", "web", status=1)
    assert "service update paused: update paused due to failure or early termination of task" in failed
    assert "could not be accessed on a registry to record" in failed
    assert "No such image: example.org/missing:1" in web("service", "ps", "--no-trunc", "web")
    assert "rollback: manually requested rollback" in web("service", "rollback", "web")
    image = web("service", "inspect", "--format", "{{.Spec.TaskTemplate.ContainerSpec.Image}}", "web")
    assert image.startswith("nginx:1.28@sha256:")
    scaled = web("service", "scale", "web=3")
    assert "web scaled to 3" in scaled
    assert "verify: Service web converged" in scaled
    assert web("service", "update", "--detach", "--label-add", "a=b", "web") == "web\n"
    removed = web("service", "rm", "web", "nope", status=1)
    assert removed == "web\nError response from daemon: service nope not found\n"
    assert web("service", "ls", "-q") == ""


def test_stacks(docker: Cli) -> None:
    """A stack must be rendered, deployed with waiting, deployed again, listed everywhere, and removed."""
    assert "image: mediawiki:1.39.17" in docker("stack", "config", "-c", "compose.yml")
    said = docker("stack", "deploy", "--detach=false", "-c", "compose.yml", "demo")
    for line in ("Creating network demo_default", "Creating secret demo_password", "Creating config demo_settings"):
        assert line in said
    assert said.count("converged") == 2
    assert "Updating service demo_web" in docker("stack", "deploy", "--detach=true", "-c", "compose.yml", "demo")
    assert docker.lines("stack", "services", "--format", "{{.Name}} {{.Replicas}} {{.Ports}}", "demo") == [
        "demo_app 1/1 ",
        "demo_web 2/2 *:8080->80/tcp",
    ]
    states = docker.lines("stack", "ps", "--format", "{{.Name}} {{.DesiredState}}", "demo")
    assert sorted(states) == ["demo_app.1 Running", "demo_web.1 Running", "demo_web.2 Running"]
    assert docker.lines("stack", "ls", "--format", "{{.Name}} {{.Services}}") == ["demo 2"]
    assert "is in use by service" in docker("network", "rm", "demo_default", status=1)
    assert "is in use by the following service: demo_app" in docker("secret", "rm", "demo_password", status=1)
    removed = docker("stack", "rm", "demo")
    for line in ("Removing service demo_app", "Removing secret demo_password", "Removing network demo_default"):
        assert line in removed
    for _ in range(20):
        docker("service", "ls")
    assert "nothing found in stack: demo" in docker("stack", "ps", "demo", status=1)


def test_networks_secrets_configs_and_volumes(docker: Cli) -> None:
    """Each of them must be made, listed, shown, refused twice, and removed."""
    network = docker("network", "create", "-d", "overlay", "--attachable", "own").strip()
    assert network[:12] in docker("network", "ls", "--filter", "driver=overlay")
    assert json.loads(docker("network", "inspect", "own"))[0]["Attachable"] is True
    assert "network with name own already exists" in docker("network", "create", "-d", "overlay", "own", status=1)
    assert "network nope not found" in docker("network", "rm", "own", "nope", status=1)
    for kind, shown in (("secret", "Driver:"), ("config", "a=1")):
        made = docker(kind, "create", "--label", "a=b", "one", "settings").strip()
        assert docker.lines(kind, "ls", "--format", "{{.ID}} {{.Name}}") == [f"{made} one"]
        assert shown in docker(kind, "inspect", "--pretty", "one")
        assert json.loads(docker(kind, "inspect", made))[0]["Spec"]["Labels"] == {"a": "b"}
        assert f"{kind} one already exists" in docker(kind, "create", "one", "settings", status=1)
        assert f"{kind} nope not found" in docker(kind, "rm", "one", "nope", status=1)
    assert docker("volume", "create", "--label", "a=b", "data") == "data\n"
    assert docker.lines("volume", "ls", "-q") == ["data"]
    assert json.loads(docker("volume", "inspect", "data"))[0]["Labels"] == {"a": "b"}
    assert "get nope: no such volume" in docker("volume", "rm", "data", "nope", status=1)
    assert "includes invalid characters for a local volume name" in docker("volume", "create", "a b", status=1)


def test_containers(web: Cli) -> None:
    """A task's container must be listed, shown, read, looked into, killed, and replaced by its service."""
    container = web("ps", "-q", "--filter", "status=running").strip()
    assert web.lines("ps", "--format", "{{.Image}} {{.Ports}}") == [
        "nginx:1.27 0.0.0.0:8080->80/tcp, [::]:8080->80/tcp"
    ]
    assert web("inspect", "--format", "{{.State.Status}} {{(index .Mounts 0).Name}}", container) == "running data\n"
    assert "nginx started" in web("logs", container)
    assert re.match(r"2026-01-01T00:00:0\d\.\d{9}Z \[notice\]", web("logs", "-t", "--tail", "1", container))
    assert web("exec", container, "echo", "hello") == "hello\n"
    assert web("exec", "-i", container, "sh", typed="echo one\necho two\nexit 3\n", status=3) == "one\ntwo\n"
    assert "volume is in use" in web("volume", "rm", "data", status=1)
    assert "stop the container before removing or force remove" in web("rm", container, status=1)
    assert web("kill", container).strip() == container
    assert "task: non-zero exit (137)" in web("service", "ps", "--no-trunc", "web")
    for _ in range(20):
        web("service", "ls")
    assert web.lines("service", "ls", "--format", "{{.Replicas}}") == ["2/2"]
    assert re.search(r"Exited \(137\)", web("ps", "-a"))
    for call in (("logs", "nope"), ("inspect", "nope"), ("kill", "nope"), ("exec", "nope", "ls"), ("rm", "nope")):
        assert "no such" in web(*call, status=1).lower()
    assert "No such container: nope" in web("stop", "nope", status=1)
    assert "does not simulate POST /containers/create" in web("run", "busybox", status=125)


def test_following_logs_ends_with_the_container(web: Cli) -> None:
    """``logs -f`` must show what was printed and go on until the container ends."""
    container = web("ps", "-q").strip()
    following = subprocess.Popen(
        web.command("logs", "-f", container), env=web.environment, stdout=subprocess.PIPE, text=True
    )
    assert following.stdout is not None
    with following:
        assert "Configuration complete" in following.stdout.readline()
        web("stop", container)
        assert following.wait(timeout=30) == 0


def test_events(web: Cli) -> None:
    """Events must be told from the past, filtered, and as they happen."""
    for _ in range(5):
        web("service", "ls")
    past = ("--since", "2026-01-01T00:00:00Z", "--until", "2026-01-01T00:00:01Z", "--format", "{{.Type}} {{.Action}}")
    assert "service create" in web.lines("events", *past)
    assert set(web.lines("events", *past, "--filter", "type=container")) == {"container create", "container start"}
    hearing = subprocess.Popen(
        web.command("events", "--filter", "type=secret", "--format", "{{.Action}} {{.Actor.Attributes.name}}"),
        env=web.environment,
        stdout=subprocess.PIPE,
    )
    assert hearing.stdout is not None
    try:
        for attempt in range(50):
            web("secret", "create", f"s{attempt}", "settings")
            if select.select([hearing.stdout], [], [], 0.2)[0]:
                break
        assert re.match(rb"create s\d+\n", hearing.stdout.readline())
    finally:
        hearing.kill()
        hearing.wait()
        hearing.stdout.close()


def test_images_and_the_disk(web: Cli) -> None:
    """What tasks pulled must be there, more can be pulled, named and removed, and all of it is counted."""
    assert web.lines("images", "--format", "{{.Repository}} {{.Tag}}") == ["nginx <none>"]
    pulled = web("pull", "busybox:1")
    assert "Status: Downloaded newer image for busybox:1" in pulled
    assert "Status: Image is up to date for busybox:1" in web("pull", "busybox:1")
    missing = web("pull", "example.org/missing:1", status=1)
    assert "manifest for example.org/missing:1 not found: manifest unknown" in missing
    web("tag", "busybox:1", "mine:2")
    assert sorted(web.lines("images", "--format", "{{.Repository}}:{{.Tag}}")) == [
        "busybox:1",
        "mine:2",
        "nginx:<none>",
    ]
    assert web("rmi", "mine:2") == "Untagged: mine:2\n"
    assert "Deleted: sha256:" in web("rmi", "busybox:1")
    usage = web("system", "df", "--format", "{{.Type}} {{.TotalCount}} {{.Active}}").splitlines()
    assert usage == ["Images 1 1", "Containers 1 1", "Local Volumes 1 1", "Build Cache 0 0"]
    assert "nginx" in web("system", "df", "-v")
    assert "Total reclaimed space" in web("system", "prune", "--force")


def test_the_swarm_itself(docker: Cli) -> None:
    """A swarm must be updated, its tokens shown and rotated, left only by force, and made anew with another id."""
    before = docker("info", "--format", "{{.Swarm.Cluster.ID}}")
    token = docker("swarm", "join-token", "-q", "worker")
    assert docker("swarm", "join-token", "--rotate", "-q", "worker") != token
    assert docker("swarm", "update", "--task-history-limit", "2") == "Swarm updated.\n"
    assert "Task History Retention Limit: 2" in docker("info")
    assert "already part of a swarm" in docker("swarm", "init", status=1)
    assert "Removing the last manager erases all current state" in docker("swarm", "leave", status=1)
    docker("service", "create", "--detach", "--name", "web", "nginx:1.27")
    assert docker("swarm", "leave", "--force") == "Node left the swarm.\n"
    assert 'Use "docker swarm init" or "docker swarm join"' in docker("service", "ls", status=1)
    assert docker("ps", "-aq") == ""
    assert "Swarm: inactive" in docker("info")
    assert "is now a manager" in docker("swarm", "init")
    assert docker("info", "--format", "{{.Swarm.Cluster.ID}}") != before
    assert docker("service", "ls", "-q") == ""
    assert docker.lines("node", "ls", "--format", "{{.Hostname}}") == ["node1"]
