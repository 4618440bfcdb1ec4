"""/system/df: what takes up an engine's disk."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qs

from coopnb.practice.handlers.asked import asked_engine
from coopnb.practice.handlers.containers import summarise
from coopnb.practice.handlers.images import summary
from coopnb.practice.handlers.volumes import volumes_usage
from coopnb.practice.objects import Json
from coopnb.practice.swarm import PracticeSwarm
from coopnb.practice.version import API
from coopnb.practice.wire import Request, Response, json_response
from coopnb.practice.wire_errors import Refusal

_TYPES = ("container", "image", "volume", "build-cache")


def disk_usage(swarm: PracticeSwarm, request: Request) -> Response:
    """Show what images, containers and volumes take up; nothing is ever built, so that cache is empty."""
    engine = asked_engine(swarm, request)
    asked = parse_qs(request.target.partition("?")[2], errors="replace").get("type", [])
    for kind in asked if request.version >= (1, 42) else ():
        if kind not in _TYPES:
            raise Refusal(400, f"unknown object type: {kind}")
    wanted = asked if asked and request.version >= (1, 42) else _TYPES
    images = engine.images.all()
    newest = replace(request, version=API)
    shown: Json = {"LayersSize": sum(image.size for image in images) if "image" in wanted else 0}
    shown["Images"] = [
        # Here containers are counted for clients of every version.
        summary(swarm, engine, image, request)
        | {"SharedSize": 0, "Containers": summary(swarm, engine, image, newest)["Containers"]}
        for image in images
    ]
    shown["Containers"] = [
        summarise(swarm, engine, container) | {"SizeRootFs": 0} for container in swarm.containers.on(engine.node_id)
    ]
    shown["Volumes"] = volumes_usage(swarm, engine)
    shown["BuildCache"] = []
    for name, kind in (("Images", "image"), ("Containers", "container"), ("Volumes", "volume")):
        if kind not in wanted:
            shown[name] = None
    if "build-cache" not in wanted:
        shown["BuildCache"] = None
    return json_response(shown)


def prune_build_cache(_swarm: PracticeSwarm, _request: Request) -> Response:
    """Remove nothing: nothing was ever built."""
    return json_response({"CachesDeleted": None, "SpaceReclaimed": 0})
