"""The recipes that come with coopnb, converted whole, and held against the docker CLI."""

from __future__ import annotations

from pathlib import Path

import pytest

from coopnb.convert import convert
from tests.convert.apps import STACK, sample
from tests.recipe.reading import docker_compose, without_env_files, write
from tests.testbed.requirements import require_oracle

SETTINGS = {
    "TYPE": "wiki",
    "DOMAIN": "wiki.example.org",
    "WIKI_NAME": "Our wiki",
    "HTTP_PORT": "8080",
    "LETS_ENCRYPT_ENV": "production",
    "EXTRA_DOMAINS": "",
    "SECRET_DB_PASSWORD_VERSION": "v1",
    "SECRET_DB_ROOT_PASSWORD_VERSION": "v1",
    "SECRET_SMTP_PASSWORD_VERSION": "v1",
    "ENTRYPOINT_VERSION": "v1",
    "LOCAL_SETTINGS_VERSION": "v2",
    "INDEX_HTML_VERSION": "v1",
    "CADDYFILE_VERSION": "v1",
}
FILES = ("compose.yml", "compose.port.yml", "compose.smtp.yml")
FOLDER = Path(__file__).parents[2] / "coopnb/samples/recipes"
VERSIONS = sorted(path.parent.relative_to(FOLDER) for path in FOLDER.glob("*/*/compose.yml"))


def files_of(version: Path) -> list[str]:
    """The compose files of a sample version, base first."""
    return [name for name in FILES if (FOLDER / version / name).is_file()]


def test_there_are_samples() -> None:
    """The tests below must have something to run on."""
    assert VERSIONS


@pytest.mark.parametrize("version", VERSIONS, ids=str)
def test_a_sample_is_clean_and_converts(version: Path) -> None:
    """A sample recipe, all its options on, must convert without any error or warning."""
    stack = convert(sample(version.parts[0], version.parts[1], *files_of(version), **SETTINGS))
    assert [str(each) for each in stack.findings if each.severity != "note"] == []
    assert all(service.origins["image"].line for service in stack.services)


@pytest.mark.parametrize("version", VERSIONS, ids=str)
def test_a_sample_is_what_docker_reads(version: Path, tmp_path: Path) -> None:
    """A sample recipe must mean to coopnb what it means to ``docker stack config``."""
    require_oracle("comparing a sample recipe with docker's reading")
    names = files_of(version)
    app = sample(version.parts[0], version.parts[1], *names, **SETTINGS)
    write(tmp_path, {name: data.decode() for name, data in app.recipe.files_data.items()})
    assert without_env_files(app.recipe.compose) == docker_compose(tmp_path, *names, STACK_NAME=STACK, **SETTINGS)


def test_the_wiki_is_wired_as_its_files_say() -> None:
    """The wiki must mount its secrets and configs under their versioned names, and publish its port."""
    version = next(path for path in VERSIONS if path.parts[0] == "wiki")
    stack = convert(sample("wiki", version.parts[1], "compose.yml", "compose.port.yml", **SETTINGS))
    services = {service.key: service for service in stack.services}
    container = services["app"].spec["TaskTemplate"]["ContainerSpec"]
    assert [each["SecretName"] for each in container["Secrets"]] == [f"{STACK}_db_password_v1"]
    assert f"{STACK}_local_settings_v2" in [each["ConfigName"] for each in container["Configs"]]
    assert services["app"].spec["EndpointSpec"]["Ports"][0]["PublishedPort"] == 8080
    assert f"DB_HOST={STACK}_db" in container["Env"]
    origin = services["app"].origins["config /etc/wiki/LocalSettings.php"]
    assert origin.file == "compose.yml" and "LOCAL_SETTINGS_VERSION" in origin.settings
    assert services["app"].origins["port 80/tcp"].settings == ("HTTP_PORT",)
