"""Which image a service is given: pinned to the digest a registry tells, as the docker CLI pins it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from coopnb.model.finding import Finding
from coopnb.model.image import ImageSeen
from coopnb.model.stack import Spec, StackService


def pin(service: StackService, running: Spec | None, images: Mapping[str, ImageSeen]) -> dict[str, Any]:
    """The wanted spec with its image pinned and its platforms told (docker/cli ``--resolve-image always``).

    When the registry does not tell, a service that already runs this very reference keeps what it has:
    an outage of a registry must not restart anything.
    """
    spec: dict[str, Any] = {**service.spec, "TaskTemplate": {**service.spec["TaskTemplate"]}}
    template = spec["TaskTemplate"]
    container = template["ContainerSpec"] = {**template["ContainerSpec"]}
    reference = tagged(container["Image"])
    image = images.get(reference)
    if image is not None and image.digest:
        container["Image"] = reference if "@" in reference else f"{reference}@{image.digest}"
        template["Placement"] = {**(template.get("Placement") or {}), "Platforms": [dict(p) for p in image.platforms]}
        if not image.platforms:
            template["Placement"].pop("Platforms")
        return spec
    container["Image"] = reference
    if running is not None and _same_reference(running, reference):
        container["Image"] = running["TaskTemplate"]["ContainerSpec"]["Image"]
    return spec


IMAGE_LABEL = "label com.docker.stack.image"
"""The image as the file writes it, which the docker CLI keeps as a label; it changes with the image."""


def readable(before: str, after: str) -> tuple[str, str]:
    """Two images as people tell them apart: by tag, or by the first digits of their digests if the tags are equal."""
    old, _, old_digest = before.partition("@sha256:")
    new, _, new_digest = after.partition("@sha256:")
    if old != new:
        return old, new
    return f"{old} ({old_digest[:12] or 'no digest'})", f"{new} ({new_digest[:12] or 'no digest'})"


def tagged(reference: str) -> str:
    """A reference as swarm is given it: ``docker.io/library/nginx`` -> ``nginx:latest``.

    (distribution/reference ``FamiliarString`` of ``TagNameOnly``)
    """
    familiar = re.sub(r"^(index\.)?docker\.io/", "", reference)
    familiar = re.sub(r"^library/(?=[^/]+$)", "", familiar)
    last = familiar.rpartition("/")[2]
    return familiar if ":" in last or "@" in last else f"{familiar}:latest"


def image_findings(
    services: tuple[StackService, ...], running: Mapping[str, Spec], images: Mapping[str, ImageSeen]
) -> list[Finding]:
    """A missing image blocks the plan, unless it runs already; one that nobody can tell about is a warning."""
    found = []
    for service in services:
        image = images.get(tagged(service.image))
        origin = service.origins.get("image")
        path = ("services", service.key, "image")
        if image is not None and image.missing:
            text = f"the image {service.image} does not exist: {image.trouble}"
            hint = "Look for the tag in its registry, and mend it in the recipe or its setting."
            runs = service.name in running and _same_reference(running[service.name], service.image)
            found.append(Finding("warning" if runs else "error", "image-missing", text, origin, path, hint))
        elif image is not None and image.trouble:
            text = (
                f"the registry tells nothing of {service.image} ({image.trouble}); each node uses what it has or finds"
            )
            found.append(Finding("warning", "image-unresolved", text, origin, path))
    return found


def _same_reference(running: Spec, reference: str) -> bool:
    has = str(running["TaskTemplate"]["ContainerSpec"].get("Image", ""))
    return has.partition("@")[0] == tagged(reference).partition("@")[0]
