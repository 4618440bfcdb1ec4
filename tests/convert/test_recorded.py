"""Whole deploys: every request must be the one that docker CLI 28.2.2 was recorded to make.

``cases/recorded.json`` holds compose files, and the bodies that ``docker stack deploy`` posted for
them in a stack called ``ST``, by kind and name; without ids and without the contents of files.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from coopnb.convert.configs import stack_configs
from coopnb.convert.networks import stack_networks
from coopnb.convert.scope import Scope
from coopnb.convert.secrets import stack_secrets
from tests.convert.apps import specs
from tests.recipe.reading import read, write

DEPLOYS: list[dict[str, Any]] = json.loads((Path(__file__).parent / "cases/recorded.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("deploy", DEPLOYS, ids=["odd", "rich"])
def test_services_and_networks_are_what_docker_posts(deploy: dict[str, Any], tmp_path: Path) -> None:
    """The bodies of services and networks must be equal to docker's, field by field."""
    recipe = read(write(tmp_path, {"compose.yml": deploy["compose"], "f": "content"}))
    scope = Scope("ST", recipe.compose, recipe.origins)
    services = {spec["Name"]: spec for spec in specs(recipe).values()}
    networks = {network.name: network.spec for network in stack_networks(scope) if not network.external}
    assert services == deploy["services"]
    assert networks == deploy["networks"]


@pytest.mark.parametrize("deploy", DEPLOYS[1:], ids=["rich"])
def test_secrets_and_configs_are_what_docker_posts(deploy: dict[str, Any], tmp_path: Path) -> None:
    """Names, labels and template drivers of objects must be docker's, used or not; data is the file's."""
    recipe = read(write(tmp_path, {"compose.yml": deploy["compose"], "f": "content"}))
    scope = Scope("ST", recipe.compose, recipe.origins)
    secrets = stack_secrets(scope, recipe.files_data, ())
    configs = stack_configs(scope, recipe.files_data)
    made = {secret.name: {"Name": secret.name, "Labels": secret.labels} for secret in secrets if not secret.external}
    assert made == deploy["secrets"]
    assert [(config.name, config.template_driver, config.data) for config in configs] == [
        (name, body["Templating"]["Name"], b"content") for name, body in deploy["configs"].items()
    ]
    assert [secret.name for secret in secrets if secret.external] == ["other_v2"]
