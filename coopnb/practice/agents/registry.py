"""Registries, and what a node's engine gets from them; the words are those of dockerd when a pull fails."""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass, field

from coopnb.practice.agents.machines import Machine
from coopnb.practice.world import ImageSeed, World, familiar

HUB = "registry-1.docker.io"
_HUB_NAMES = ("docker.io", "index.docker.io", HUB)
_NO_SPACE = "no space left on device"


@dataclass(slots=True)
class Registry:
    """All registries there are: which do not answer, and which images were withdrawn.

    Attributes:
        down: registries that refuse connections, by host; ``*`` is every one.
        withdrawn: patterns on familiar names that no registry has any more.
    """

    world: World
    down: dict[str, None] = field(default_factory=dict)
    withdrawn: dict[str, None] = field(default_factory=dict)

    def refusal(self, reference: str) -> tuple[int, str] | None:
        """Why a registry does not give an image: the HTTP status and text of dockerd; None when it does."""
        host = registry_of(reference)
        if "*" in self.down or host in self.down:
            scheme, address = ("http", host) if _is_local(host) else ("https", f"{_address(host)}:443")
            return 500, f'Get "{scheme}://{host}/v2/": dial tcp {address}: connect: connection refused'
        name = familiar(reference)
        if self.world.image(reference).missing or any(fnmatch.fnmatchcase(name, gone) for gone in self.withdrawn):
            return 404, "manifest unknown: manifest unknown"
        return None


def registry_of(reference: str) -> str:
    """The host of the registry that an image reference means."""
    first, slash, _ = reference.partition("@")[0].partition("/")
    if not slash or not ("." in first or ":" in first or first == "localhost") or first in _HUB_NAMES:
        return HUB
    return first


def pull(machine: Machine, registry: Registry, reference: str, image: ImageSeed) -> tuple[int, str]:
    """Pull an image: the nanoseconds that it takes, and why it fails (empty when it does not).

    An image that is at hand costs nothing but the question to the registry, whose failure does not matter then.
    """
    at_hand = machine.engine.images.has(reference)
    refused = registry.refusal(reference)
    if at_hand or refused is not None:
        return 0, "" if at_hand or refused is None else refused[1]
    duration = round(image.pull * machine.slowness)
    if machine.full:
        return duration, f"failed to register layer: write /usr/lib/x86_64-linux-gnu/libc.so.6: {_NO_SPACE}"
    return duration, ""


def no_space(container_id: str) -> str:
    """What dockerd says when it makes a container on a full disk."""
    return f"write /var/lib/docker/overlay2/{container_id}-init/link: {_NO_SPACE}"


def _is_local(host: str) -> bool:
    return host.startswith(("127.", "localhost"))


def _address(host: str) -> str:
    """An address for a name that cannot be resolved here, the same at all times (of the block for documentation)."""
    return f"198.51.100.{sum(host.encode()) % 250 + 1}"
