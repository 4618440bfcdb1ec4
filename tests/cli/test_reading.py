"""``coopnb check`` and ``coopnb convert``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from coopnb.cli import main
from coopnb.commons import plant_samples
from coopnb.samples import RECIPES
from coopnb.workspace import Workspace
from tests.recipe.reading import write

APP = "services:\n  app:\n    image: nginx:1.27\n"


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Any:
    """Run a command on files of the test's folder: exit status and both outputs."""

    def _run(*arguments: str) -> tuple[int, str, str]:
        given = [word.replace("@", f"{tmp_path}/") for word in arguments]
        status = main([*given, "--workspace", str(tmp_path / "workspace")])
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    return _run


@pytest.mark.parametrize(
    ("text", "status", "rule"),
    [
        (APP, 0, ""),
        (APP + "    tmpfs: /x\n", 0, "tmpfs-has-no-effect"),
        (APP + "    tmpfs: /x\n    restart: 'no'\n", 1, "restart-no-restarts"),
        (APP + "    tmfs: /x\n", 2, "unreadable"),
    ],
)
def test_the_worst_finding_is_the_exit_status(text: str, status: int, rule: str, tmp_path: Path, run: Any) -> None:
    """0 must stand for nothing worse than warnings, 1 for errors, 2 for what cannot be read; as text and as JSON."""
    write(tmp_path, {"stack.yml": text})
    ended, printed, _ = run("check", "@stack.yml")
    assert ended == status and rule in printed
    ended, printed, _ = run("check", "@stack.yml", "--json")
    found = json.loads(printed)["findings"]
    assert ended == status and [each["rule"] for each in found][:1] == [rule][: len(found)]


def test_json_has_everything_of_a_finding(tmp_path: Path, run: Any) -> None:
    """A finding as JSON must have weight, rule, file, line, key path, text and hint."""
    write(tmp_path, {"stack.yml": APP + "    tmpfs: /x\n"})
    assert json.loads(run("check", "@stack.yml", "--json")[1]) == {
        "of": f"{tmp_path}/stack.yml",
        "findings": [
            {
                "weight": "warning",
                "rule": "tmpfs-has-no-effect",
                "file": "stack.yml",
                "line": 4,
                "path": "services.app.tmpfs",
                "text": "tmpfs has no effect on swarm",
                "hint": "use volumes with type: tmpfs",
                "acceptable": False,
            }
        ],
    }


def test_a_recipe_of_the_workspace_is_checked_by_name(tmp_path: Path, run: Any) -> None:
    """A name that is no path must be the workspace's recipe, at its newest version."""
    plant_samples(Workspace(tmp_path / "workspace"), RECIPES)
    status, printed, _ = run("check", "hello")
    assert status == 0 and "hello 1.1.0+1.28.0" in printed


@pytest.mark.parametrize("command", ["check", "convert"])
def test_what_is_not_there_is_wrong_input(command: str, run: Any) -> None:
    """A path that leads nowhere must be refused with what can be named."""
    status, printed, said = run(command, "@nowhere.yml")
    assert (status, printed) == (2, "") and "there is no" in said and "stack file" in said


def test_settings_fill_in_what_is_checked(tmp_path: Path, run: Any) -> None:
    """``--settings`` must be taken for stack files."""
    write(tmp_path, {"stack.yml": APP + "    user: $X\n", "my.env": "X=me\n"})
    assert "setting-not-set" in run("check", "@stack.yml")[1]
    assert run("check", "@stack.yml", "--settings", "@my.env")[1].startswith("No findings in ")


def test_a_stack_is_converted_to_the_bodies_of_the_api(tmp_path: Path, run: Any) -> None:
    """Services, networks, secrets and configs must be there under their names in the swarm."""
    top = "networks: {n: {}, p: {external: true}}\nsecrets: {s: {file: f}, t: {external: true}}\n"
    write(
        tmp_path,
        {
            "stack.yml": APP + "    networks: [n, p]\n    secrets: [s, t]\n    configs: [c]\n" + top,
            "more.yml": "services:\n  app: {user: x}\nconfigs: {c: {file: f}}\n",
            "f": "hunter2",
        },
    )
    status, printed, said = run("convert", "@stack.yml", "@more.yml", "--name", "choir")
    assert (status, said) == (0, "")
    found = json.loads(printed)
    assert found["name"] == "choir"
    assert [each["Name"] for each in found["services"]] == ["choir_app"]
    assert [each["Name"] for each in found["networks"]] == ["choir_n", "p"]
    assert [(each["Name"], each.get("External", False)) for each in found["secrets"]] == [
        ("choir_s", False),
        ("t", True),
    ]
    assert found["configs"] == [
        {"Name": "choir_c", "Labels": {"com.docker.stack.namespace": "choir"}, "Data": "aHVudGVyMg=="}
    ]


def test_no_secret_is_in_what_is_converted(tmp_path: Path, run: Any) -> None:
    """Neither a secret's file nor a setting, a label or a word of a command that looks secret may be printed."""
    write(
        tmp_path,
        {
            "stack.yml": APP
            + "    environment: {SMTP_PASSWORD: tr0ub4dor, DB: 'postgres://u:tr0ub4dor@db/x', SMTP_HOST: mail}\n"
            + "    command: run --token tr0ub4dor\n    secrets: [s]\n"
            + "    deploy: {labels: {x.basicauth.users: 'u:tr0ub4dor'}}\nsecrets: {s: {file: f}}\n",
            "f": "tr0ub4dor",
        },
    )
    status, printed, _ = run("convert", "@stack.yml")
    assert status == 0 and "tr0ub4dor" not in printed and "dHIwdWI0ZG9y" not in printed
    assert '"SMTP_HOST=mail"' in printed and '"SecretName": ' in printed and "(hidden)" in printed


def test_a_secret_setting_is_masked_wherever_a_file_puts_it(tmp_path: Path, run: Any) -> None:
    """Where a name or an option does not give it away, the value itself must: in what is converted and in findings."""
    volumes = "volumes: {data: {driver_opts: {o: 'username=u,password=$SMB_PASSWORD'}}}\n"
    parts = "    command: run $SMB_PASSWORD\n    environment: {FOO: $SMB_PASSWORD}\n    volumes: ['data:/v']\n"
    write(tmp_path, {"stack.yml": APP + parts + volumes, "my.env": "SMB_PASSWORD=tr0ub4dor\n"})
    status, printed, _ = run("convert", "@stack.yml", "--settings", "@my.env")
    assert status == 0 and "tr0ub4dor" not in printed and printed.count("[masked SMB_PASSWORD]") == 3

    write(tmp_path, {"stack.yml": "services: {app: {image: 'x y$SMB_PASSWORD'}}\n"})
    for form in ((), ("--json",)):
        status, printed, _ = run("check", "@stack.yml", "--settings", "@my.env", *form)
        assert status == 2 and "tr0ub4dor" not in printed and "[masked SMB_PASSWORD]" in printed


def test_a_secret_of_a_driver_is_converted_without_what_looks_secret(tmp_path: Path, run: Any) -> None:
    """Driver and template of a secret must be there, as swarm is sent them, but for options that look secret."""
    one = "driver: vault, driver_opts: {path: a, token: x}, template_driver: golang, labels: {api_token: x}"
    write(tmp_path, {"stack.yml": APP + f"    secrets: [s]\nsecrets: {{s: {{{one}}}}}\n"})
    status, printed, _ = run("convert", "@stack.yml", "--name", "choir")
    assert (status, json.loads(printed)["secrets"]) == (
        0,
        [
            {
                "Name": "choir_s",
                "Labels": {"api_token": "(hidden)", "com.docker.stack.namespace": "choir"},
                "Driver": {"Name": "vault", "Options": {"path": "a", "token": "(hidden)"}},
                "Templating": {"Name": "golang"},
            }
        ],
    )


def test_errors_are_told_beside_what_is_converted(tmp_path: Path, run: Any) -> None:
    """Specs must be printed whatever is found, with a word of the errors on the other output."""
    write(tmp_path, {"stack.yml": APP + "    restart: 'no'\n"})
    status, printed, said = run("convert", "@stack.yml")
    assert status == 0 and json.loads(printed)["services"]
    assert said == f"1 error would block a plan: coopnb check {tmp_path}/stack.yml\n"


def test_what_cannot_be_converted_is_an_error(tmp_path: Path, run: Any) -> None:
    """A broken file must be refused with its place, and nothing printed."""
    write(tmp_path, {"stack.yml": "services: [\n"})
    status, printed, said = run("convert", "@stack.yml")
    assert (status, printed) == (2, "") and "stack.yml:2" in said
