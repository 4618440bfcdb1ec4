"""One look-up an image: what the registry says of each reference a stack uses."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from coopnb.engine import Engine
from coopnb.errors import EngineError
from coopnb.model.image import ImageSeen

PARALLEL = 8
"""Registry round trips dominate a plan's time, and sshd lets ten sessions in (``MaxSessions``)."""


def look_up(engine: Engine, references: Iterable[str]) -> dict[str, ImageSeen]:
    """Reference -> answer; each distinct reference is asked for once. A refusal is an answer too."""
    wanted = sorted(set(references))
    if not wanted:
        return {}
    with ThreadPoolExecutor(min(PARALLEL, len(wanted))) as pool:
        return dict(zip(wanted, pool.map(lambda reference: _look_up_one(engine, reference), wanted), strict=True))


def _look_up_one(engine: Engine, reference: str) -> ImageSeen:
    try:
        body = engine.distribution(reference).body
    except EngineError as error:
        # A registry says 404, or "manifest unknown" in whatever status the daemon wraps it.
        missing = error.status == 404 or "manifest unknown" in error.message
        return ImageSeen(reference, missing=missing, trouble=error.message)
    platforms = tuple(
        _platform(platform)
        for platform in body.get("Platforms") or ()
        if platform.get("os") not in (None, "", "unknown")
    )
    return ImageSeen(reference, digest=str(body["Descriptor"]["digest"]), platforms=_distinct(platforms))


def _platform(platform: dict[str, str]) -> dict[str, str]:
    """A registry's platform as a placement has it; arm carries variants that swarm cannot match.

    (moby client/service_create.go, ``digestWarning`` and ``imageDigestAndPlatforms``)
    """
    architecture = platform.get("architecture", "")
    if architecture.startswith("arm") and architecture != "arm64":
        architecture = ""
    found = {"Architecture": architecture, "OS": platform["os"]}
    return {key: value for key, value in found.items() if value}


def _distinct(platforms: tuple[dict[str, str], ...]) -> tuple[dict[str, str], ...]:
    kept: list[dict[str, str]] = []
    for platform in platforms:
        if platform not in kept:
            kept.append(platform)
    return tuple(kept)
