"""What the field adds to a recipe when it deploys it."""

from __future__ import annotations

from pathlib import Path

import pytest

from coopnb.convert import convert
from coopnb.convert.field import with_field_additions
from coopnb.model.origin import Origin
from tests.convert.apps import STACK, app_of_text

APP = "services:\n  app:\n    image: x\n    environment: [KEPT=here, BARE]\n  db:\n    image: y\n"


def test_the_settings_go_to_the_main_service_and_to_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every setting must be in the environment of ``app``; what the files say stays; nothing comes from ours."""
    monkeypatch.setenv("FROM_THE_OPERATOR", "x")
    added = with_field_additions(app_of_text(tmp_path, APP, DOMAIN="d", KEPT="there", BARE="b")).compose.services
    assert added["app"].environment == {"KEPT": "here", "BARE": "b", "DOMAIN": "d", "STACK_NAME": STACK}
    assert added["db"].environment == {}


@pytest.mark.parametrize(
    ("value", "deployed"),
    [
        ("wiki", "wiki:1.0.0"),
        ("wiki:0.9.0", "wiki:1.0.0"),
        ("git.example.org/co-op/wiki:0.9.0", "git.example.org/co-op/wiki:1.0.0"),
        ("https://git.example.org/wiki", "https://git.example.org/wiki:1.0.0"),
    ],
)
def test_the_recipe_is_told_at_the_version_that_is_deployed(value: str, deployed: str, tmp_path: Path) -> None:
    """TYPE and RECIPE must carry the deployed version, whatever the file pins."""
    for name in ("TYPE", "RECIPE"):
        service = with_field_additions(app_of_text(tmp_path, APP, **{name: value})).compose.services["app"]
        assert service.environment[name] == deployed


def test_the_labels_tell_the_recipe_and_override_the_files(tmp_path: Path) -> None:
    """``app`` must be labelled with recipe, real version and chaos, where tools of the field look for them."""
    text = APP.replace("  db:", f"    deploy: {{labels: {{coop-cloud.{STACK}.version: old, other: kept}}}}\n  db:")
    added = with_field_additions(app_of_text(tmp_path, text))
    assert added.compose.services["app"].deploy.labels == {
        "other": "kept",
        f"coop-cloud.{STACK}.recipe": "sample",
        f"coop-cloud.{STACK}.version": "1.0.0",
        f"coop-cloud.{STACK}.chaos": "false",
    }


def test_what_was_added_has_its_place_in_the_settings_file(tmp_path: Path) -> None:
    """The origin of an added value must be the line of the setting."""
    service = convert(app_of_text(tmp_path, APP, A="1", DOMAIN="d")).services[0]
    assert service.origins["env DOMAIN"] == Origin("wiki.example.org.env", 2, ("DOMAIN",))
    assert service.origins["env KEPT"] == Origin("compose.yml", 4)


def test_a_recipe_without_a_main_service_is_told(tmp_path: Path) -> None:
    """Without a service called ``app`` there must be a warning, and nothing is added anywhere."""
    stack = convert(app_of_text(tmp_path, "services:\n  web:\n    image: x\n", A="1"))
    assert [each.rule for each in stack.findings] == ["no-main-service"]
    assert "Env" not in stack.services[0].spec["TaskTemplate"]["ContainerSpec"]
