"""What is said of a key that docker stack does not take."""

from __future__ import annotations

import pytest

from coopnb.errors import RecipeError
from coopnb.model.origin import KeyPath
from coopnb.recipe.known_keys import about_unknown_key, known_keys
from tests.recipe.corpus import cases


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (("services", "web", "imagee"), "a typing error for image"),
        (("services", "web", "envFile"), "a typing error for env_file"),
        (("services", "web", "deploy", "replica"), "a typing error for replicas"),
        (("services", "web", "deploy", "update-config"), "a typing error for update_config"),
        (("service",), "a typing error for services"),
        (("services", "web", "replicas"), "belongs under services.web.deploy"),
        (("networks", "front", "subnet"), "belongs under networks.front.ipam.config.*"),
        (("services", "web", "deploy", "restart"), "belongs under services.web:"),
        (("services", "web", "deploy", "x-note"), "extensions may stand at the top level"),
        (("services", "web", "zzz"), "look for a typing error"),
    ],
)
def test_the_nearest_known_key_is_suggested(path: KeyPath, words: str) -> None:
    """An unknown key must come with the key that was meant, or with where it belongs."""
    assert words in about_unknown_key(path)


def test_every_key_of_the_newer_specification_has_an_answer_of_its_own() -> None:
    """A key that docker compose knows must be told what to do instead, not that it is unknown."""
    newer = [case for case in cases() if case.name.startswith("newer/")]
    assert len(newer) >= 25
    for case in newer:
        with pytest.raises(RecipeError) as caught:
            case.read()
        assert "typing error" not in (caught.value.hint or "typing error"), case.name


def test_the_known_keys_are_those_of_the_model() -> None:
    """What a mapping may have must be read off the model, whatever names stand on the way."""
    assert known_keys(("services", "web", "healthcheck")) == [
        "test",
        "interval",
        "timeout",
        "start_period",
        "start_interval",
        "retries",
        "disable",
    ]
    assert known_keys(("services", "web", "labels")) == []
    assert "subnet" in known_keys(("networks", "n", "ipam", "config", 0))
