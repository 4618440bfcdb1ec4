"""What an older engine forgets of a spec, without a word: it would be planned again and again.

(moby daemon/server/router/swarm/helpers.go, ``adjustForAPIVersion``; what an engine never heard of it drops)
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from coopnb.model.stack import Spec

START_INTERVAL, SUBPATH = (1, 44), (1, 45)


@dataclass(frozen=True, slots=True)
class Forgotten:
    """A key of the compose file that an engine forgets.

    Attributes:
        field: of the plan, which it is a part of (``healthcheck``, ``mount /target``).
        key: as a compose file writes it.
        engine: the first that keeps it.
    """

    field: str
    key: str
    engine: str


def as_kept(spec: Spec, api: str) -> tuple[Spec, tuple[Forgotten, ...]]:
    """The spec as an engine of an API version stores it, and what of it is lost. An empty version loses nothing."""
    if not api:
        return spec, ()
    kept: dict[str, Any] = copy.deepcopy(dict(spec))
    return kept, tuple(_forget(kept, tuple(int(part) for part in api.split("."))))


def _forget(spec: dict[str, Any], api: tuple[int, ...]) -> Iterator[Forgotten]:
    container = spec["TaskTemplate"]["ContainerSpec"]
    if api < START_INTERVAL and (container.get("Healthcheck") or {}).pop("StartInterval", None):
        yield Forgotten("healthcheck", "start_interval", "Docker 25")
    for mount in container.get("Mounts") or ():
        if api < SUBPATH and (mount.get("VolumeOptions") or {}).pop("Subpath", None):
            yield Forgotten(f"mount {mount['Target']}", "subpath", "Docker 26")
