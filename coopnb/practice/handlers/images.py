"""/images and /distribution: what lies on one engine's disk, and what registries say."""

from __future__ import annotations

import fnmatch

from coopnb.practice.clock import SECOND, rfc3339
from coopnb.practice.engines import Engine
from coopnb.practice.handlers.asked import asked_engine
from coopnb.practice.handlers.containers import image_id
from coopnb.practice.ids import digest_of
from coopnb.practice.images import Image
from coopnb.practice.objects import Json
from coopnb.practice.specs.filters import read_filters
from coopnb.practice.specs.names import check_image
from coopnb.practice.swarm import PracticeSwarm
from coopnb.practice.wire import Request, Response, json_response
from coopnb.practice.wire_errors import Refusal
from coopnb.practice.world import familiar

_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
_FILTERS = ("before", "dangling", "label", "reference", "since", "until")
_DAYS = 24 * 3600


def distribution(swarm: PracticeSwarm, _request: Request, reference: str) -> Response:
    """Ask a registry for an image: its digest and platforms."""
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


def list_images(swarm: PracticeSwarm, request: Request) -> Response:
    """List the engine's images that pass the filters."""
    engine = asked_engine(swarm, request)
    filters = read_filters(request, _FILTERS)
    dangling = filters.flag("dangling")
    before = [created(swarm, find_image(engine, value)) for value in filters.get("before")]
    since = [created(swarm, find_image(engine, value)) for value in filters.get("since")]
    kept = [
        image
        for image in engine.images.all()
        if (dangling is None or dangling is not bool(image.tags or image.digests))
        and all(created(swarm, image) < moment for moment in before)
        and all(created(swarm, image) > moment for moment in since)
        and filters.labels("label", {})
        and (not filters.get("reference") or any(_is_named(image, name) for name in filters.get("reference")))
    ]
    return json_response([summary(swarm, engine, image, request) for image in kept])


_CONFIG: Json = {
    "Cmd": None,
    "Entrypoint": None,
    "Env": None,
    "Labels": None,
    "OnBuild": None,
    "User": "",
    "Volumes": None,
    "WorkingDir": "",
}
_OF_A_CONTAINER: Json = {
    "AttachStderr": False,
    "AttachStdin": False,
    "AttachStdout": False,
    "Domainname": "",
    "Hostname": "",
    "Image": "",
    "OpenStdin": False,
    "StdinOnce": False,
    "Tty": False,
}
"""What an image's configuration had before 1.50 because it was a container's."""


def inspect_image(swarm: PracticeSwarm, request: Request, reference: str) -> Response:
    """Show one image."""
    engine = asked_engine(swarm, request)
    image = find_image(engine, reference)
    seed = swarm.world.image(image.reference)
    config: Json = {**_CONFIG, "Env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]}
    if request.version < (1, 50):
        config |= _OF_A_CONTAINER
    if seed.healthcheck is not None:
        config["Healthcheck"] = seed.healthcheck
    shown: Json = {
        "Id": image.id,
        "RepoTags": list(image.tags),
        "RepoDigests": list(image.digests),
        "Parent": "",
        "Comment": "",
        "Created": rfc3339(created(swarm, image)),
        "DockerVersion": "",
        "Author": "",
        "Config": config,
        "Architecture": "amd64",
        "Os": "linux",
        "Size": image.size,
        "GraphDriver": {"Data": None, "Name": "practice"},
        "RootFS": {"Type": "layers", "Layers": [layer(image)]},
        "Metadata": {"LastTagTime": rfc3339(image.pulled)},
    }
    if request.version < (1, 44):
        shown["VirtualSize"] = image.size
    if request.version < (1, 45):
        shown["ContainerConfig"] = {**_CONFIG, **_OF_A_CONTAINER}
    return json_response(shown)


def image_history(swarm: PracticeSwarm, request: Request, reference: str) -> Response:
    """Show how an image came about: in one step that says that it is made up."""
    image = find_image(asked_engine(swarm, request), reference)
    step = {
        "Id": image.id,
        "Created": created(swarm, image) // SECOND,
        "CreatedBy": "practice swarm: nothing is in this image",
        "Tags": list(image.tags) or None,
        "Size": image.size,
        "Comment": "",
    }
    return json_response([step])


def find_image(engine: Engine, reference: str) -> Image:
    """The image of an engine that a reference means.

    Raises:
        Refusal: 404, it has none; 400, it is no reference.
    """
    found = engine.images.find(reference)
    if found is not None:
        return found
    bare = reference.removeprefix("sha256:")
    if reference.startswith("sha256:") or (len(bare) == 64 and all(letter in "0123456789abcdef" for letter in bare)):
        raise Refusal(404, f"No such image: {reference}")
    check_image(reference)
    raise Refusal(404, f"No such image: {reference if '@' in reference else familiar(reference)}")


def summary(swarm: PracticeSwarm, engine: Engine, image: Image, request: Request) -> Json:
    """An image as lists show it; the number of its containers came with API 1.51."""
    users = sum(image_id(engine, item) == image.id for item in swarm.containers.on(engine.node_id))
    shown: Json = {
        "Containers": users if request.version >= (1, 51) else -1,
        "Created": created(swarm, image) // SECOND,
        "Id": image.id,
        "Labels": None,
        "ParentId": "",
        "RepoDigests": list(image.digests),
        "RepoTags": list(image.tags),
        "SharedSize": -1,
        "Size": image.size,
    }
    if request.version < (1, 44):
        shown["VirtualSize"] = image.size
    if request.version < (1, 43) and not image.tags and not image.digests:
        shown |= {"RepoTags": ["<none>:<none>"], "RepoDigests": ["<none>@<none>"]}
    return shown


def created(swarm: PracticeSwarm, image: Image) -> int:
    """When an image was made: pseudo, within the year before the swarm began."""
    return swarm.born - (int(image.id[15:23], 16) % (365 * _DAYS)) * SECOND


def layer(image: Image) -> str:
    """The digest of the one layer that an image has here."""
    return digest_of(f"layer of {image.id}")


def _is_named(image: Image, wanted: str) -> bool:
    """Whether a pattern fits one of the names, with or without its tag."""
    names = [*image.tags, *image.digests]
    bare = [name.partition("@")[0].rpartition(":")[0] or name.partition("@")[0] for name in names]
    return any(fnmatch.fnmatchcase(name, wanted) for name in (*names, *bare))
