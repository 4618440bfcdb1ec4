"""The sample recipes are in the field's format, and the docker CLI reads every version with every overlay."""

from __future__ import annotations

import itertools
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from coopnb.samples import RECIPES
from tests.samples.reading import OVERLAY_SETTINGS, environment, label, version_folders
from tests.testbed.cli import docker_cli
from tests.testbed.processes import SYSTEM_PATH
from tests.testbed.requirements import require_oracle

VERSIONS = version_folders()
DURATIONS = {"interval", "timeout", "start_period", "stop_grace_period", "delay", "monitor", "window"}
EXPORT = re.compile(r"^export ([A-Z_]+)=(\S+)$", re.MULTILINE)

every_version = pytest.mark.parametrize("folder", VERSIONS, ids=label)


def compose(path: Path) -> dict[str, Any]:
    """Read one compose file as YAML, with nothing interpolated."""
    read = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert isinstance(read, dict)
    return read


def overlays(folder: Path) -> list[str]:
    """Return the names of a version's optional compose files."""
    return sorted(path.name for path in folder.glob("compose.*.yml"))


def combinations() -> list[tuple[Path, tuple[str, ...]]]:
    """Return every version with every set of its overlays."""
    return [
        (folder, chosen)
        for folder in VERSIONS
        for count in range(len(overlays(folder)) + 1)
        for chosen in itertools.combinations(overlays(folder), count)
    ]


def labels_of(service: dict[str, Any]) -> dict[str, str]:
    """Return a service's deploy labels, written as a list or as a mapping."""
    labels = service.get("deploy", {}).get("labels", {})
    return dict(entry.split("=", 1) for entry in labels) if isinstance(labels, list) else labels


def test_the_three_recipes_and_their_versions_are_there() -> None:
    """The package must hold hello in two versions, wiki in three and proxy in one."""
    assert [label(folder) for folder in VERSIONS] == [
        "hello-1.0.0+1.26.3",
        "hello-1.1.0+1.28.0",
        "proxy-1.0.0+2.8.4",
        "wiki-1.2.0+1.39.8",
        "wiki-1.3.0+1.39.17",
        "wiki-1.4.0+1.43.0",
    ]
    assert all(folder.is_relative_to(RECIPES) for folder in VERSIONS)


@pytest.mark.real
@pytest.mark.parametrize(
    ("folder", "chosen"),
    combinations(),
    ids=lambda part: label(part) if isinstance(part, Path) else "+".join(part) or "base",
)
def test_the_docker_cli_accepts_every_version_with_every_overlay(folder: Path, chosen: tuple[str, ...]) -> None:
    """`docker stack config` must succeed without a warning for each set of files, with the sample's settings."""
    require_oracle("reading the sample recipes as the docker CLI does")
    files = [part for name in ("compose.yml", *chosen) for part in ("-c", name)]
    settings = environment(folder, "app.example.org", **(OVERLAY_SETTINGS if chosen else {}))
    done = subprocess.run(
        [docker_cli(), "stack", "config", *files],
        cwd=folder,
        env={"PATH": SYSTEM_PATH, **settings},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    read = yaml.safe_load(done.stdout)
    names = [part["name"] for kind in ("secrets", "configs") for part in read.get(kind, {}).values()]
    assert names
    assert all(re.fullmatch(r"app_example_org_[a-z_]+_v\d+", name) and len(name) <= 64 for name in names)


@every_version
def test_a_version_is_named_as_its_label_and_its_image_say(folder: Path) -> None:
    """The folder's name, the version label of `app` and the tag of its image must agree."""
    app = compose(folder / "compose.yml")["services"]["app"]
    assert labels_of(app)["coop-cloud.${STACK_NAME}.version"] == folder.name
    assert app["image"].rpartition(":")[2] == folder.name.partition("+")[2]


@every_version
def test_every_service_has_a_health_check(folder: Path) -> None:
    """No service of a sample may count as serving merely because its process runs."""
    services = compose(folder / "compose.yml")["services"]
    assert all(service["healthcheck"]["test"] for service in services.values())


@every_version
def test_no_variable_stands_in_a_duration_or_a_number_of_the_base_file(folder: Path) -> None:
    """Durations and numbers must be written out: tools that validate before they interpolate refuse variables there."""

    def variables(value: Any, key: str = "") -> list[str]:
        if isinstance(value, dict):
            return [found for name, part in value.items() for found in variables(part, str(name))]
        if isinstance(value, list):
            return [found for part in value for found in variables(part, key)]
        return [f"{key}: {value}"] if key in checked and "$" in str(value) else []

    checked = DURATIONS | {"retries", "replicas", "target", "published", "mode"}
    read = compose(folder / "compose.yml")
    assert variables(read["services"]) == []


@every_version
def test_the_version_of_every_config_comes_from_abra_sh(folder: Path) -> None:
    """Each config's name must end in a variable that abra.sh exports, and its file must exist."""
    exported = dict(EXPORT.findall((folder / "abra.sh").read_text(encoding="utf-8")))
    configs = compose(folder / "compose.yml")["configs"]
    for key, config in configs.items():
        assert config["name"] == f"${{STACK_NAME}}_{key}_${{{key.upper()}_VERSION}}"
        assert f"{key.upper()}_VERSION" in exported
        assert (folder / config["file"]).is_file()


@pytest.mark.parametrize("recipe", sorted({folder.parent.name for folder in VERSIONS}))
def test_a_config_that_changes_gets_a_new_version(recipe: str) -> None:
    """Docker refuses to change a config in place, so equal versions must mean equal content throughout a recipe."""
    contents: dict[tuple[str, str], set[str]] = {}
    for folder in (RECIPES / recipe).iterdir():
        exported = dict(EXPORT.findall((folder / "abra.sh").read_text(encoding="utf-8")))
        for key, config in compose(folder / "compose.yml")["configs"].items():
            text = (folder / config["file"]).read_text(encoding="utf-8")
            contents.setdefault((key, exported[f"{key.upper()}_VERSION"]), set()).add(text)
    assert {named: len(texts) for named, texts in contents.items() if len(texts) != 1} == {}


@every_version
def test_secrets_are_external_and_declared_beside_their_version(folder: Path) -> None:
    """Each secret must be external, have a versioned name, and be declared in .env.sample with a length or as given."""
    sample = (folder / ".env.sample").read_text(encoding="utf-8")
    for name in ("compose.yml", *overlays(folder)):
        for key, secret in compose(folder / name).get("secrets", {}).items():
            variable = f"SECRET_{key.upper()}_VERSION"
            assert secret == {"external": True, "name": f"${{STACK_NAME}}_{key}_${{{variable}}}"}
            declared = re.search(rf"^#?{variable}=v1 # (length=\d+|generate=false)$", sample, re.MULTILINE)
            assert declared, f"{variable} is not declared in .env.sample"


@every_version
def test_overlays_are_offered_and_off(folder: Path) -> None:
    """Each overlay must be in .env.sample, commented out, adding itself to COMPOSE_FILE; the sample alone uses none."""
    lines = (folder / ".env.sample").read_text(encoding="utf-8").splitlines()
    for name in overlays(folder):
        assert f'#COMPOSE_FILE="$COMPOSE_FILE:{name}"' in lines
    assert environment(folder, "app.example.org")["COMPOSE_FILE"] == "compose.yml"


@pytest.mark.parametrize("folder", [folder for folder in VERSIONS if folder.parent.name != "proxy"], ids=label)
def test_a_host_port_comes_with_stop_first(folder: Path) -> None:
    """On one node a host port and start-first exclude each other, so the overlay for the port must change the order."""
    app = compose(folder / "compose.port.yml")["services"]["app"]
    assert app["ports"] == [{"target": 80, "published": "${HTTP_PORT}", "protocol": "tcp", "mode": "host"}]
    assert app["deploy"]["update_config"] == {"order": "stop-first"}


@every_version
def test_the_readme_carries_the_metadata_of_the_field(folder: Path) -> None:
    """README.md must have the metadata block with all eight fields filled in."""
    text = (folder / "README.md").read_text(encoding="utf-8")
    block = text.partition("<!-- metadata -->")[2].partition("<!-- endmetadata -->")[0]
    fields = re.findall(r"^\* \*\*(\w+)\*\*: (\S.*)$", block, re.MULTILINE)
    names = ["Category", "Status", "Image", "Healthcheck", "Backups", "Email", "Tests", "SSO"]
    assert [name for name, _ in fields] == names


@every_version
def test_release_notes_exist_for_this_version_and_all_before_it(folder: Path) -> None:
    """release/ must hold a note for this version and for each earlier one, and for no later one."""
    earlier = sorted(other.name for other in folder.parent.iterdir() if other.name <= folder.name)
    assert sorted(path.name for path in (folder / "release").iterdir()) == earlier
    assert all(path.read_text(encoding="utf-8").strip() for path in (folder / "release").iterdir())
