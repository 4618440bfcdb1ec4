"""/distribution, /images and /volumes: what the world says of images; there are no image stores here."""

from __future__ import annotations

from coopnb.practice.handlers.asked import asked_engine
from coopnb.practice.ids import digest_of
from coopnb.practice.specs.filters import read_filters
from coopnb.practice.specs.names import check_image
from coopnb.practice.swarm import PracticeSwarm
from coopnb.practice.wire import Request, Response, json_response
from coopnb.practice.wire_errors import Refusal
from coopnb.practice.world import familiar

_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
_VOLUME_FILTERS = ("dangling", "driver", "label", "name")


def distribution(swarm: PracticeSwarm, _request: Request, reference: str) -> Response:
    """What a registry would say of an image: its digest and platforms."""
    check_image(reference)
    refused = swarm.registry.refusal(reference)
    if refused is not None:
        raise Refusal(*refused)
    digest = reference.partition("@")[2] or digest_of(familiar(reference))
    return json_response(
        {
            "Descriptor": {"mediaType": _MANIFEST, "digest": digest, "size": 739},
            "Platforms": [{"architecture": "amd64", "os": "linux"}],
        }
    )


def list_images(_swarm: PracticeSwarm, _request: Request) -> Response:
    """No images: nothing is ever stored."""
    return json_response([])


def list_volumes(swarm: PracticeSwarm, request: Request) -> Response:
    """The named volumes of the containers on the engine one talks to."""
    filters = read_filters(request, _VOLUME_FILTERS)
    found = {}
    for container in swarm.containers.on(asked_engine(swarm, request).node_id):
        for mount in container.task.spec["ContainerSpec"].get("Mounts") or ():
            if mount.get("Type") == "volume" and mount.get("Source"):
                found[mount["Source"]] = (mount.get("VolumeOptions") or {}).get("Labels") or {}
    volumes = [
        {"Name": name, "Driver": "local", "Scope": "local", "Labels": labels, "Mountpoint": "", "Options": None}
        for name, labels in sorted(found.items())
        if filters.part("name", name) and filters.labels("label", labels) and filters.exact("driver", "local")
    ]
    return json_response({"Volumes": volumes, "Warnings": None})
