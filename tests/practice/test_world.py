"""World files: what they may say, and the words for what they may not."""

from __future__ import annotations

from pathlib import Path

import pytest

from coopnb.practice.world import WorldError, familiar, load_world
from tests.practice.driver import Driver, world_of


@pytest.mark.parametrize(
    ("image", "behaviour"),
    [
        ("nginx:1.27", "healthy"),
        ("docker.io/library/nginx:1.27@sha256:" + "0" * 64, "healthy"),
        ("mediawiki:1.43.0", "never-healthy"),
        ("mediawiki:1.39.17", "healthy"),
        ("example.org/missing/thing:2", "missing"),
        ("who.knows/this", "healthy"),
    ],
)
def test_the_default_world_knows_the_samples_images(image: str, behaviour: str) -> None:
    """Images must behave by the first pattern that matches their familiar name, unknown ones run well."""
    assert load_world().image(image).behaviour == behaviour


def test_unknown_images_can_be_missing(tmp_path: Path) -> None:
    """A world may declare that an image it does not name does not exist."""
    driver = Driver(world_of(tmp_path, unknown_images="missing", images=[{"match": "here:*"}]))
    assert driver.call("GET", "/distribution/here:1/json").status == 200
    assert driver.call("GET", "/distribution/there:1/json").status == 404


def test_references_have_one_familiar_form() -> None:
    """A familiar name must have a tag, no digest and no prefix of Docker Hub; a port is no tag."""
    assert familiar("nginx") == familiar("docker.io/library/nginx:latest") == "nginx:latest"
    assert familiar("localhost:5000/a@sha256:" + "0" * 64) == "localhost:5000/a:latest"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[", "cannot be read as a world"),
        ("- 1", "(the file): expected a mapping"),
        ("shoes: 1", "shoes: unknown key"),
        ("nodes: [{hostname: a}]", "nodes: expected at least one node with role: manager"),
        ("nodes: [{hostname: a, role: manager, memory: lots}]", "nodes.0.memory: expected a size such as 8GiB"),
        ("nodes: [{hostname: a, role: manager}, {hostname: a}]", "nodes: expected hostnames that differ"),
        ("nodes: [{hostname: a, role: manager}]\nimages: [{match: x, behaviour: odd}]", "images.0.behaviour: expected"),
        ("nodes: [{hostname: a, role: manager}]\nimages: [{match: x, pull: -1}]", "images.0.pull: expected a number"),
        ("nodes: [{hostname: a, role: manager}]\nseed: x", "seed: expected an integer"),
    ],
)
def test_a_bad_world_is_named(tmp_path: Path, text: str, complaint: str) -> None:
    """A world that cannot be used must say its file and key, and what was expected."""
    path = tmp_path / "bad.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(WorldError) as caught:
        load_world(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert complaint in str(caught.value)


def test_a_world_that_is_not_there_is_named(tmp_path: Path) -> None:
    """A missing world file must be an error that names it."""
    with pytest.raises(WorldError, match=r"nowhere\.yaml"):
        load_world(tmp_path / "nowhere.yaml")
