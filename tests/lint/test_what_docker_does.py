"""The real docker CLI does to the bad files what the page of each rule says.

``docker.json`` of a case says what is to be seen, each part of it if it is there:

    config      what ``docker stack config`` prints
    sent        service -> its spec, as ``docker stack deploy`` sent it to a practice swarm and ``docker service
                inspect`` reads it back
    says        a text of what ``docker stack deploy`` prints, or ``docker stack config`` if nothing is sent
    never says  a text that it does not print

A mapping stands for those of its keys; ``null`` for a key that is not there or empty.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from coopnb.practice import process
from tests.lint.cases import CASE_OF, Case
from tests.testbed.cli import docker_cli
from tests.testbed.requirements import require_oracle

pytestmark = [pytest.mark.swarms, pytest.mark.timeout(180)]
HOME = "/nonexistent"


@pytest.fixture(scope="module")
def socket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A practice swarm for the CLI to deploy to."""
    require_oracle("showing what docker does to the files of the rules")
    home = tmp_path_factory.mktemp("swarm")
    try:
        yield process.start(home, clock="auto").socket
    finally:
        process.stop(home)


def docker(case: Case, *arguments: str, status: int = 0) -> tuple[str, str]:
    """Run the docker CLI in the case's folder with its settings as the environment; what it prints, both ways."""
    environment = {"PATH": "/usr/bin:/bin", "DOCKER_CONFIG": HOME, "HOME": HOME, **case.settings("bad")}
    command = [str(docker_cli()), *arguments]
    done = subprocess.run(
        command, cwd=case.folder, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == status, (arguments, done.stdout, done.stderr)
    return done.stdout, done.stderr


def composed(case: Case) -> list[str]:
    """The bad files as the CLI takes them."""
    return [word for name in case.files("bad") for word in ("-c", name)]


@pytest.mark.parametrize("case", CASE_OF.values(), ids=list(CASE_OF))
def test_docker_does_it(case: Case, socket: Path) -> None:
    """docker must read the bad files, and make of them what is written in the case."""
    expected = case.docker
    printed, complaints = docker(case, "stack", "config", *composed(case))
    assert {"config", "sent", "says"} & set(expected), "the case says nothing of docker"
    assert differences(yaml.safe_load(printed), expected.get("config", {}), "config") == []
    if "sent" in expected:
        stack = f"case{list(CASE_OF).index(case.rule)}"
        door = ("-H", f"unix://{socket}")
        said = "".join(docker(case, *door, "stack", "deploy", *composed(case), "--resolve-image=never", stack))
        for key, spec in expected["sent"].items():
            [read] = json.loads(docker(case, *door, "service", "inspect", f"{stack}_{key}")[0])
            assert differences(read["Spec"], spec, key) == []
    else:
        said = printed + complaints
    assert expected.get("says", "") in said
    assert not expected.get("never says") or expected["never says"] not in said


@pytest.mark.parametrize("case", CASE_OF.values(), ids=list(CASE_OF))
def test_docker_reads_what_the_page_says_instead(case: Case) -> None:
    """The mended files must be ones that docker reads."""
    require_oracle("showing that docker reads the mended files of the rules")
    files = [word for name in case.files("clean") for word in ("-c", name)]
    environment = {"PATH": os.environ["PATH"], "DOCKER_CONFIG": HOME, **case.settings("clean")}
    command = [str(docker_cli()), "stack", "config", *files]
    done = subprocess.run(
        command, cwd=case.folder, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr


def differences(seen: Any, expected: Any, at: str) -> list[str]:
    """Where what is seen is not what is expected of it."""
    if isinstance(expected, dict):
        if not isinstance(seen, dict):
            return [f"{at}: {seen!r} is no mapping"]
        return [text for key, value in expected.items() for text in differences(seen.get(key), value, f"{at}.{key}")]
    if isinstance(expected, list) and isinstance(seen, list) and len(expected) == len(seen):
        pairs = enumerate(zip(seen, expected, strict=True))
        return [text for index, (one, other) in pairs for text in differences(one, other, f"{at}[{index}]")]
    if expected is None:
        return [] if not seen else [f"{at}: {seen!r} is there"]
    return [] if seen == expected else [f"{at}: {seen!r} instead of {expected!r}"]
