"""World files: what they may say, and the words for what they may not."""

from __future__ import annotations

from pathlib import Path

import pytest

from coopnb.practice.clock import SECOND
from coopnb.practice.world import NodeSeed, WorldError, familiar, load_world, read_world
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
        ("imagse: []", "imagse: unknown key; did you mean 'images'?"),
        ("images: [{match: x, healty_after: 1}]", "images.0.healty_after: unknown key; did you mean 'healthy_after'?"),
        ("images: [{match: x, behaviour: never-healty}]", "(did you mean 'never-healthy'?)"),
        ("images: [{match: x, image: y}]", "images.0: expected either match, or image and versions"),
        ("images: [{image: y}]", "images.0: expected either match, or image and versions"),
        ("images: [{image: y, versions: {1.0: {}}}]", "images.0.versions.1.0: expected a tag in quotes: '1.0'"),
        ("images: [{match: x, logs: [{at: 1}]}]", "images.0.logs.0.text: expected text"),
        ("images: [{match: x, exec: {ls: {exitt: 1}}}]", "images.0.exec.ls.exitt: unknown key; did you mean 'exit'?"),
        ("images: [{match: x, healthcheck: {test: []}}]", "images.0.healthcheck.test: expected a command"),
        ("minimum_api: 1.44", "minimum_api: expected a version of the Engine API in quotes"),
        ("nodes: 0", "nodes: expected a list, or a number from 1 to 1000"),
        ("faults: [{fault: node-down}]", "faults.0.at: expected seconds"),
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


def test_a_world_of_ten_lines_is_enough() -> None:
    """What a world leaves out must have a default: three nodes, and times that suit a lesson."""
    world = read_world("images: [{match: 'shop:*', behaviour: never-healthy}]")
    assert [(node.hostname, node.role) for node in world.nodes] == [
        ("node1", "manager"),
        ("node2", "worker"),
        ("node3", "worker"),
    ]
    assert world.image("shop:1").sick
    assert (world.image("shop:1").healthy_after, world.seed, world.unknown_missing) == (2 * SECOND, 1, False)
    assert [node.hostname for node in read_world("nodes: 2").nodes] == ["node1", "node2"]
    assert len(world.with_nodes(7).nodes) == 7


def test_an_image_can_list_its_versions() -> None:
    """Each version must take over what is said of its image, and a tag that is not listed must not exist."""
    text = """
    images:
      - image: shop
        pull: 3
        versions:
          "1.0": {}
          "2.0": {behaviour: crash, pull: 9}
    """
    world = read_world(text)
    assert (world.image("shop:1.0").behaviour, world.image("shop:1.0").pull) == ("healthy", 3 * SECOND)
    assert (world.image("shop:2.0").behaviour, world.image("shop:2.0").pull) == ("crash", 9 * SECOND)
    assert world.image("shop:3.0").missing and world.image("shop").missing
    assert not world.image("shopping:3.0").missing


def test_a_node_has_the_usual_paths_and_its_own() -> None:
    """A path exists when it is usual on a server, when the world names it, or when it is above one of those."""
    node = NodeSeed("a", paths=("/srv/data", "/mnt/disk/*"))
    assert all(node.has_path(path) for path in ("/var/run/docker.sock", "/etc/localtime", "/srv/data/", "/mnt/disk/a"))
    assert node.has_path("/mnt/disk")
    assert not any(node.has_path(path) for path in ("/srv/date", "/nope", "/srv/data/deeper"))


def test_a_world_keeps_its_text(tmp_path: Path) -> None:
    """A world must carry the text it was read from, so that it can be read again from that alone."""
    path = tmp_path / "world.yaml"
    path.write_text("seed: 7", encoding="utf-8")
    world = load_world(path)
    assert read_world(world.text) == world
