"""What a registry says of an image."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ImageSeen:
    """The answer to one look-up of one image reference (``GET /distribution/{ref}/json``).

    Attributes:
        digest: ``sha256:...``; empty if the registry did not tell.
        platforms: as a service's ``Placement.Platforms`` has them.
        missing: the registry answered that there is no such image.
        trouble: why nothing is known, in the engine's words; empty when something is.
    """

    reference: str
    digest: str = ""
    platforms: tuple[Mapping[str, str], ...] = ()
    missing: bool = False
    trouble: str = ""
