"""A stack file that was written for Docker, checked, planned and deployed on a real engine, beside the docker CLI."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.recipe.reading import write
from tests.testbed.engine import RealEngine

pytestmark = pytest.mark.real

STACK = """\
version: "3.8"

x-defaults: &defaults
  image: busybox:1.36
  stop_grace_period: 1s
  networks: [inside]

services:
  page:
    <<: *defaults
    entrypoint: ["/bin/busybox", "httpd", "-f", "-p", "8080", "-h", "/www"]
    ports:
      - target: 8080
        published: ${PORT:-8099}
        mode: host
    configs:
      - source: index
        target: /www/index.html
        mode: 0444
    healthcheck:
      test: ["CMD", "/bin/busybox", "wget", "-q", "-O", "/dev/null", "http://127.0.0.1:8080/"]
      interval: 1s
      timeout: 2s
      retries: 3
    deploy:
      replicas: 1
      labels:
        org.example.part: page
      update_config:
        order: stop-first
        failure_action: rollback
        monitor: 2s
      restart_policy:
        condition: on-failure
        delay: 1s
  worker:
    <<: *defaults
    command: ["/bin/busybox", "sleep", "100000"]
    env_file: [worker.env]
    environment:
      MODE: ${MODE}
    secrets:
      - key
    volumes:
      - data:/data
    deploy:
      resources:
        limits:
          memory: 32M

networks:
  inside:
    driver: overlay
    attachable: true

volumes:
  data: {}

configs:
  index:
    file: ./index.html

secrets:
  key:
    file: ./key.txt
"""
FILES = {
    "docker-stack.yml": STACK,
    "worker.env": "# of the worker\nQUEUE=songs\n",
    "index.html": "<h1>songs</h1>\n",
    "key.txt": "c0rrecth0rse\n",
    "its.env": "MODE=loud\n",
}
NAME = "songs"


@pytest.fixture
def engine(real_engine: RealEngine) -> Iterator[RealEngine]:
    """The engine, from which the stack and its kept states go at the end."""
    yield real_engine
    real_engine.docker("stack", "rm", "--detach=false", NAME)
    kept = real_engine.docker("config", "ls", "--quiet", "--filter", f"name=coopnb_{NAME}_").stdout.split()
    real_engine.docker("config", "rm", *kept)


def test_a_stack_of_somebody_else_is_checked_planned_and_deployed(engine: RealEngine, tmp_path: Path) -> None:
    """Three commands must do, then nothing is left to plan, and docker's own deploy must leave every task alone."""
    folder = write(tmp_path / "stack", FILES)
    files = [str(folder / "docker-stack.yml")]
    settings = ["--settings", str(folder / "its.env")]
    where = [*settings, "--server", engine.url, "--name", NAME]

    status, text = coopnb(tmp_path, "check", *files, *settings)
    assert status == 0, text
    status, text = coopnb(tmp_path, "stack", "plan", *files, *where)
    assert status == 3, text
    found = re.search(r"--approve ([0-9a-f]{8}) ", text)
    assert found
    status, text = coopnb(tmp_path, "stack", "deploy", *files, *where, "--approve", found[1], "--reason", "new songs")
    assert status == 0 and "Converged in" in text, text
    assert engine.http(8099) == (200, b"<h1>songs</h1>\n")
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]|c0rrecth0rse", text)

    status, text = coopnb(tmp_path, "stack", "plan", *files, *where)
    assert status == 0 and text.startswith(f"Nothing to do for {NAME}"), text
    before = tasks(engine)
    assert len(before) == 2
    deploy = ("stack", "deploy", "--detach=false", "--resolve-image", "never", "-c", *files, NAME)
    engine.docker(*deploy, env={"MODE": "loud"}, cwd=folder)
    assert tasks(engine) == before
    assert coopnb(tmp_path, "stack", "plan", *files, *where)[0] == 0


def coopnb(place: Path, *arguments: str) -> tuple[int, str]:
    """Run the command with its output on a pipe: the status, and what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "coopnb.cli", *arguments, "--workspace", str(place / "workspace")],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
        check=False,
    )
    return done.returncode, done.stdout


def tasks(engine: RealEngine) -> list[str]:
    """The ids of all tasks of the stack, old ones too."""
    return sorted(engine.docker("stack", "ps", "--quiet", "--no-trunc", NAME).stdout.split())
