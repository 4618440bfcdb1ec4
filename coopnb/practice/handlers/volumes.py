"""/volumes: what lies on one engine's disk, made by hand or for a task; it stays when the task is gone."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from coopnb.practice.clock import SECOND
from coopnb.practice.engines import Engine, Volume
from coopnb.practice.handlers.asked import asked_engine
from coopnb.practice.handlers.selection import read_prune
from coopnb.practice.mounts import ANONYMOUS_LABEL, mountpoint, volumes_of
from coopnb.practice.objects import Json
from coopnb.practice.specs.filters import read_filters
from coopnb.practice.specs.shape import read_json
from coopnb.practice.specs.shapes import VOLUME_CREATE
from coopnb.practice.swarm import PracticeSwarm
from coopnb.practice.wire import Request, Response, empty, json_response
from coopnb.practice.wire_errors import Refusal, not_simulated

_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]+")
_OPTIONS = ("type", "o", "device", "size")
_SIZE = 4096


def list_volumes(swarm: PracticeSwarm, request: Request) -> Response:
    """List the engine's volumes that pass the filters."""
    engine = asked_engine(swarm, request)
    try:
        filters = read_filters(request, ("dangling", "driver", "label", "name"))
    except Refusal as refusal:
        said = refusal.message
        raise Refusal(400, f"error reading volume filters: {said}" if said == "invalid filter" else said) from None
    dangling = filters.flag("dangling")
    kept = [
        volume
        for volume in sorted(engine.volumes.values(), key=lambda item: item.name)
        if filters.part("name", volume.name)
        and filters.labels("label", volume.labels)
        and filters.exact("driver", "local")
        and (dangling is None or dangling is not bool(_users(swarm, engine, volume)))
    ]
    return json_response({"Volumes": [_volume_json(volume) for volume in kept], "Warnings": None})


def inspect_volume(swarm: PracticeSwarm, request: Request, name: str) -> Response:
    """Show one volume."""
    return json_response(_volume_json(_find(asked_engine(swarm, request), name)))


def create_volume(swarm: PracticeSwarm, request: Request) -> Response:
    """Make a volume; one that is there already is left as it is."""
    wanted = read_json(request, VOLUME_CREATE)
    engine = asked_engine(swarm, request)
    if "ClusterVolumeSpec" in wanted and request.version >= (1, 42):
        raise not_simulated("POST", "/volumes/create with a ClusterVolumeSpec", "cluster volumes need a CSI plugin")
    name, driver = wanted.get("Name", ""), wanted.get("Driver") or "local"
    labels, options = dict(wanted.get("Labels") or {}), wanted.get("DriverOpts") or None
    if name:
        _check_name(name)
    if driver != "local":
        text = f'create {name}: error looking up volume plugin {driver}: plugin "{driver}" not found'
        raise Refusal(404, text)
    for option in options or ():
        if option not in _OPTIONS:
            raise Refusal(400, f'create {name}: invalid option: "{option}"')
    if name in engine.volumes:
        return json_response(_volume_json(engine.volumes[name]), 201)
    anonymous = not name
    if anonymous:
        name = swarm.ids.container_id()
        labels[ANONYMOUS_LABEL] = ""
    volume = engine.volumes[name] = Volume(name, swarm.clock.now, labels, options, anonymous)
    _tell(swarm, engine, "create", name)
    return json_response(_volume_json(volume), 201)


def delete_volume(swarm: PracticeSwarm, request: Request, name: str) -> Response:
    """Remove a volume that no container has, running or not."""
    engine = asked_engine(swarm, request)
    if name not in engine.volumes and request.flag("force"):
        return empty(204)
    volume = _find(engine, name)
    users = _users(swarm, engine, volume)
    if users:
        raise Refusal(409, f"remove {name}: volume is in use - [{', '.join(users)}]")
    del engine.volumes[name]
    _tell(swarm, engine, "destroy", name)
    return empty(204)


def prune_volumes(swarm: PracticeSwarm, request: Request) -> Response:
    """Remove the volumes that no container has: those without a name, or with ``all`` every one."""
    engine = asked_engine(swarm, request)
    chosen = read_prune(request, swarm.clock.now, ("all", "label", "label!"))
    every = chosen.filters.flag("all") or request.version < (1, 42)
    gone = [
        volume
        for volume in sorted(engine.volumes.values(), key=lambda item: item.name)
        if (every or volume.anonymous)
        and not volume.options
        and not _users(swarm, engine, volume)
        and chosen.takes(volume.labels, volume.created)
    ]
    for volume in gone:
        del engine.volumes[volume.name]
        _tell(swarm, engine, "destroy", volume.name)
    reclaimed = len(gone) * _SIZE
    swarm.events.emit_later(engine.node_id, "volume", "prune", "", lambda: {"reclaimed": str(reclaimed)})
    return json_response({"VolumesDeleted": [volume.name for volume in gone], "SpaceReclaimed": reclaimed})


def volumes_usage(swarm: PracticeSwarm, engine: Engine) -> list[Json]:
    """The volumes as ``/system/df`` shows them: with how many containers have them, and how much is in them."""
    return [
        _volume_json(volume) | {"UsageData": {"RefCount": len(_users(swarm, engine, volume)), "Size": _SIZE}}
        for volume in sorted(engine.volumes.values(), key=lambda item: item.name)
        if not volume.options
    ]


def _find(engine: Engine, name: str) -> Volume:
    if name not in engine.volumes:
        raise Refusal(404, f"get {name}: no such volume")
    return engine.volumes[name]


def _users(swarm: PracticeSwarm, engine: Engine, volume: Volume) -> list[str]:
    """The containers that have a volume, oldest first."""
    return [
        container.id
        for container in reversed(swarm.containers.on(engine.node_id))
        if any(mount.name == volume.name for mount in volumes_of(container))
    ]


def _check_name(name: str) -> None:
    if len(name) == 1:
        text = "volume name is too short, names should be at least two alphanumeric characters"
        raise Refusal(400, f"create {name}: {text}")
    if not _NAME.fullmatch(name):
        raise Refusal(
            400,
            f'create {name}: "{name}" includes invalid characters for a local volume name, only '
            '"[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed. If you intended to pass a host directory, use absolute path',
        )


def _tell(swarm: PracticeSwarm, engine: Engine, action: str, name: str) -> None:
    swarm.events.emit_later(engine.node_id, "volume", action, name, lambda: {"driver": "local"})


def _volume_json(volume: Volume) -> Json:
    created = datetime.fromtimestamp(volume.created // SECOND, UTC)
    return {
        "CreatedAt": created.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "Driver": "local",
        "Labels": volume.labels,
        "Mountpoint": mountpoint(volume.name),
        "Name": volume.name,
        "Options": volume.options,
        "Scope": "local",
    }
