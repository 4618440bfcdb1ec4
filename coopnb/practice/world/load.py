"""Reads a world file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from coopnb.practice.fault_table import FaultError, check_fault
from coopnb.practice.world.keys import WORLD_KEYS
from coopnb.practice.world.seeds import FaultSeed, ImageSeed, NetworkSeed, NodeSeed, World, nodes_in_number
from coopnb.practice.world.values import WorldError, Wrong, expected, mapping

DEFAULT_WORLD = Path(__file__).parent.parent / "default_world.yaml"


def load_world(path: Path | None = None) -> World:
    """Read a world file (None: the default world).

    Raises:
        WorldError: it cannot be read, is not YAML, or a key or value of it is wrong.
    """
    path = path or DEFAULT_WORLD
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise WorldError(f"{path}: cannot be read as a world: {error}") from error
    return read_world(text, str(path))


def read_world(text: str, where: str = "world") -> World:
    """Read a world from the text of a file; ``where`` names it in complaints.

    Raises:
        WorldError: as for load_world.
    """
    try:
        loaded = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError as error:
        raise WorldError(f"{where}: cannot be read as a world: {error}") from error
    try:
        return _world(mapping(WORLD_KEYS)({} if loaded is None else loaded, ""), text)
    except Wrong as wrong:
        raise WorldError(f"{where}: {wrong.key}: {wrong}") from None


def _world(found: dict[str, Any], text: str) -> World:
    images = tuple(seed for at, table in enumerate(found["images"]) for seed in _images(table, f"images.{at}"))
    nodes = _nodes(found["nodes"])
    return World(
        seed=found["seed"],
        nodes=nodes,
        networks=tuple(NetworkSeed(**table) for table in found["networks"]),
        images=images,
        unknown_missing=found["unknown_images"] == "missing",
        minimum_api=found["minimum_api"],
        faults=tuple(_fault(table, f"faults.{at}", nodes) for at, table in enumerate(found["faults"])),
        text=text,
    )


def _nodes(found: int | tuple[dict[str, Any], ...]) -> tuple[NodeSeed, ...]:
    if isinstance(found, int):
        return nodes_in_number(found)
    nodes = tuple(NodeSeed(nano_cpus=table.pop("cpus"), **table) for table in found)
    if not any(node.role == "manager" for node in nodes):
        raise expected("nodes", "at least one node with role: manager")
    if len({node.hostname for node in nodes}) != len(nodes):
        raise expected("nodes", "hostnames that differ")
    return nodes


def _fault(table: dict[str, Any], path: str, nodes: tuple[NodeSeed, ...]) -> FaultSeed:
    seed = FaultSeed(**table)
    try:
        check_fault(seed.fault, seed.target, seed.settings, [node.hostname for node in nodes])
    except FaultError as error:
        raise Wrong(path, str(error)) from None
    return seed


def _images(table: dict[str, Any], path: str) -> list[ImageSeed]:
    """One seed for a pattern; for a name with versions one each, and one that says that no other tag exists."""
    match, image, versions = table.pop("match"), table.pop("image"), table.pop("versions")
    general = _given(table)
    if match and not image and not versions:
        return [ImageSeed(match=match, **general)]
    if match or not image or not versions:
        raise expected(path, "either match, or image and versions")
    if ":" in image.rpartition("/")[2]:
        raise expected(f"{path}.image", "a name without a tag")
    seeds = [ImageSeed(match=f"{image}:{tag}", **{**general, **_given(own)}) for tag, own in versions.items()]
    return [*seeds, ImageSeed(match=f"{image}:*", behaviour="missing")]


def _given(table: dict[str, Any]) -> dict[str, Any]:
    """What is said of an image; one of which it is said how it stops does so in ill health, too."""
    given = {name: value for name, value in table.items() if value is not None}
    return given | ({"stops": True} if {"stop_after", "stop_code"} & set(given) else {})
