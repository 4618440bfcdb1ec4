"""Volumes of a service to ``Mounts`` (docker/cli ``compose/convert/volume.go``)."""

from __future__ import annotations

from typing import Any

from coopnb.convert.scope import Scope, present
from coopnb.model.compose import Service, Volume
from coopnb.model.service_parts import Mount

_OPTIONS = ("bind", "volume", "tmpfs")


def mounts(key: str, service: Service, scope: Scope) -> list[dict[str, Any]]:
    """The mounts, in the file's order.

    Raises:
        ConvertError: an unknown type, options of another type, a source that is missing or should
            not be there, an undefined volume.
    """
    return [_mount(mount, scope, ("services", key, "volumes", index)) for index, mount in enumerate(service.volumes)]


def _mount(mount: Mount, scope: Scope, path: tuple[str | int, ...]) -> dict[str, Any]:
    if mount.type not in ("volume", "bind", "tmpfs", "npipe", "image", "cluster"):
        hint = "the types are volume, bind, tmpfs, npipe, image and cluster"
        raise scope.error(f"swarm has no volumes of type {mount.type!r}", *path, "type", hint=hint)
    _check_options(mount, scope, path)
    _check_source(mount, scope, path)
    result = present(
        {
            "Type": mount.type,
            "Source": mount.source,
            "Target": mount.target,
            "ReadOnly": mount.read_only,
            "Consistency": mount.consistency,
        }
    )
    if mount.type == "volume" and mount.source:
        result.update(_volume(mount, scope, path))
    if mount.type == "cluster":
        result.update(_cluster(mount, scope, path))
    if mount.type in ("bind", "npipe") and mount.bind is not None:
        result["BindOptions"] = present({"Propagation": mount.bind.propagation})
    if mount.type == "tmpfs" and mount.tmpfs is not None:
        result["TmpfsOptions"] = present({"SizeBytes": mount.tmpfs.size})
    return result


def _check_options(mount: Mount, scope: Scope, path: tuple[str | int, ...]) -> None:
    allowed = {"volume": "volume", "bind": "bind", "npipe": "bind", "tmpfs": "tmpfs"}.get(mount.type)
    for option in _OPTIONS:
        if option != allowed and getattr(mount, option) is not None:
            text = f"the options {option}: do not go with type: {mount.type}"
            raise scope.error(text, *path, option, hint="keep the options of the mount's own type")


def _check_source(mount: Mount, scope: Scope, path: tuple[str | int, ...]) -> None:
    if mount.type == "tmpfs" and mount.source:
        raise scope.error("a tmpfs cannot have a source", *path, "source", hint="remove it")
    if mount.type in ("bind", "npipe", "image", "cluster") and not mount.source:
        raise scope.error(f"a mount of type {mount.type} needs a source", *path)


def _declared(mount: Mount, scope: Scope, path: tuple[str | int, ...]) -> Volume:
    declared = scope.compose.volumes.get(mount.source)
    if declared is None:
        raise scope.error(f"the volume {mount.source!r} is used and not declared", *path)
    return declared


def _cluster(mount: Mount, scope: Scope, path: tuple[str | int, ...]) -> dict[str, Any]:
    """A volume of a storage cluster, or any one of a group of them: a group is nobody's, so its name stays."""
    if mount.source.startswith("group:"):
        return {"ClusterOptions": {}}
    return {"Source": scope.name(mount.source, _declared(mount, scope, path)), "ClusterOptions": {}}


def _volume(mount: Mount, scope: Scope, path: tuple[str | int, ...]) -> dict[str, Any]:
    declared = _declared(mount, scope, path)
    options: dict[str, Any] = {}
    if mount.volume is not None:
        options = present({"NoCopy": mount.volume.nocopy, "Subpath": mount.volume.subpath})
    if not declared.external:
        options["Labels"] = scope.labels(declared.labels)
        if declared.driver or declared.driver_opts is not None:
            driver = {"Name": declared.driver, "Options": dict(declared.driver_opts or {})}
            options["DriverConfig"] = present(driver)
    return {"Source": scope.name(mount.source, declared), "VolumeOptions": options}
