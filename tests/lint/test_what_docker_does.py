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
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from coopnb import lint
from coopnb.lint.rules.key_is_ignored import INSTEAD
from coopnb.model.recipe import RecipeVersion
from coopnb.practice import process
from coopnb.recipe import load
from tests.lint.cases import CASE_OF, Case
from tests.testbed.cli import docker_cli
from tests.testbed.requirements import require_oracle

pytestmark = [pytest.mark.swarms, pytest.mark.timeout(180)]
NOWHERE = "/nonexistent"


@pytest.fixture(scope="module")
def socket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A practice swarm for the CLI to deploy to."""
    require_oracle("showing what docker does to the files of the rules")
    home = tmp_path_factory.mktemp("swarm")
    try:
        yield process.start(home, clock="auto").socket
    finally:
        process.stop(home)


def docker(folder: Path, settings: Mapping[str, str], *arguments: str) -> tuple[str, str]:
    """Run the docker CLI in a folder with settings as its environment; what it prints, both ways."""
    done = subprocess.run(
        [str(docker_cli()), *arguments],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "DOCKER_CONFIG": NOWHERE, "HOME": NOWHERE, **settings},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, (arguments, done.stdout, done.stderr)
    return done.stdout, done.stderr


def files(case: Case, kind: str) -> list[str]:
    """The files of a kind as the CLI takes them."""
    return [word for name in case.files(kind) for word in ("-c", name)]


@pytest.mark.parametrize("case", CASE_OF.values(), ids=list(CASE_OF))
def test_docker_does_it(case: Case, socket: Path) -> None:
    """docker must read the bad files, and make of them what is written in the case."""
    expected, given = case.docker, (case.folder, case.settings("bad"))
    assert {"config", "sent", "says"} & set(expected), "the case says nothing of docker"
    printed, complaints = docker(*given, "stack", "config", *files(case, "bad"))
    said = printed + complaints
    assert differences(yaml.safe_load(printed), expected.get("config", {}), "config") == []
    if "sent" in expected:
        stack, engine = f"case{list(CASE_OF).index(case.rule)}", ("-H", f"unix://{socket}")
        said = "".join(docker(*given, *engine, "stack", "deploy", *files(case, "bad"), "--resolve-image=never", stack))
        for key, spec in expected["sent"].items():
            [read] = json.loads(docker(*given, *engine, "service", "inspect", f"{stack}_{key}")[0])
            assert differences(read["Spec"], spec, key) == []
    assert expected.get("says", "") in said
    assert "never says" not in expected or expected["never says"] not in said


@pytest.mark.parametrize("case", CASE_OF.values(), ids=list(CASE_OF))
def test_docker_reads_what_the_page_says_instead(case: Case) -> None:
    """The mended files must be ones that docker reads."""
    require_oracle("showing that docker reads the mended files of the rules")
    assert docker(case.folder, case.settings("clean"), "stack", "config", *files(case, "clean"))[0]


EVERY_IGNORED_KEY = """\
services:
  app:
    image: nginx:1.27
    build: .
    cgroupns_mode: host
    cgroup_parent: /x
    devices: [/dev/snd]
    domainname: example.org
    external_links: [other]
    ipc: host
    links: [other]
    mac_address: 02:42:ac:11:00:02
    network_mode: host
    oom_score_adj: 100
    pid: host
    privileged: true
    security_opt: [no-new-privileges]
    shm_size: 64M
    userns_mode: host
"""


def test_docker_ignores_the_keys_of_the_list(socket: Path, tmp_path: Path) -> None:
    """docker must name exactly the keys that the rule has as ignored; the one that it does not name must be lost."""
    (tmp_path / "compose.yml").write_text(EVERY_IGNORED_KEY, encoding="utf-8")
    engine = ("-H", f"unix://{socket}")
    deploy = ("stack", "deploy", "-c", "compose.yml", "--resolve-image=never", "every")
    named = re.search("Ignoring unsupported options: (.*)", "".join(docker(tmp_path, {}, *engine, *deploy)))
    assert named is not None and {*named[1].split(", "), "oom_score_adj"} == set(INSTEAD)
    assert "OomScoreAdj" not in docker(tmp_path, {}, *engine, "service", "inspect", "every_app")[0]


def test_every_key_of_the_list_is_found(tmp_path: Path) -> None:
    """Each ignored key must be a finding of its own."""
    (tmp_path / "compose.yml").write_text(EVERY_IGNORED_KEY, encoding="utf-8")
    source = RecipeVersion("every", "1.0.0", "c0ffee", True, tmp_path)
    found = lint.look_at(load(source, ["compose.yml"], {}))
    assert {each.path for each in found} == {("services", "app", key) for key in INSTEAD}


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
