"""What of its nodes a recipe mounts into containers: by a bind, or by a volume that is one in disguise."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass

from coopnb.model.origin import KeyPath
from coopnb.model.recipe import Recipe


@dataclass(frozen=True, slots=True)
class Bind:
    """A path of the host that containers see; ``source`` is without dots and doubled slashes."""

    path: KeyPath
    source: str
    read_only: bool


def binds(recipe: Recipe) -> Iterator[Bind]:
    """Every one, in the order of the files."""
    for name, service in recipe.compose.services.items():
        for index, mount in enumerate(service.volumes):
            if mount.type == "bind" and mount.source.startswith("/"):
                path = ("services", name, "volumes", index)
                yield Bind(path, _straight(mount.source), mount.read_only)
    for name, volume in recipe.compose.volumes.items():
        options = volume.driver_opts or {}
        device, words = options.get("device", ""), options.get("o", "").split(",")
        # The driver "local" hands these to mount(8), which binds whatever lies on the node.
        if volume.driver in ("", "local") and device.startswith("/") and {"bind", "rbind"} & set(words):
            yield Bind(("volumes", name, "driver_opts", "device"), _straight(device), "ro" in words)


def _straight(path: str) -> str:
    return "/" + posixpath.normpath(path).lstrip("/")
