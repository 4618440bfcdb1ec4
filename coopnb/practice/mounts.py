"""What a container has mounted: the volumes that its engine keeps for it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from coopnb.practice.containers import Container
from coopnb.practice.objects import Json

ANONYMOUS_LABEL = "com.docker.volume.anonymous"


@dataclass(frozen=True, slots=True)
class VolumeMount:
    """A volume in a container; one without a name gets one that follows from the container and the place."""

    name: str
    target: str
    read_only: bool
    labels: dict[str, str]
    options: dict[str, str] | None
    anonymous: bool


def volumes_of(container: Container) -> list[VolumeMount]:
    """The volumes that a container has mounted."""
    mounts = container.task.spec["ContainerSpec"].get("Mounts") or ()
    return [_volume(container, mount) for mount in mounts if mount.get("Type", "bind") == "volume"]


def mounts_json(container: Container) -> list[Json]:
    """All mounts of a container, as ``docker inspect`` shows them."""
    shown: list[Json] = []
    for mount in container.task.spec["ContainerSpec"].get("Mounts") or ():
        if mount.get("Type", "bind") == "volume":
            volume = _volume(container, mount)
            shown.append(
                {
                    "Type": "volume",
                    "Name": volume.name,
                    "Source": mountpoint(volume.name),
                    "Destination": volume.target,
                    "Driver": "local",
                    "Mode": "z",
                    "RW": not volume.read_only,
                    "Propagation": "",
                }
            )
        else:
            shown.append(
                {
                    "Type": mount.get("Type", "bind"),
                    "Source": mount.get("Source", ""),
                    "Destination": mount.get("Target", ""),
                    "Mode": "",
                    "RW": not mount.get("ReadOnly", False),
                    "Propagation": "rprivate" if mount.get("Type", "bind") == "bind" else "",
                }
            )
    return shown


def mountpoint(name: str) -> str:
    """Where a volume would lie on its machine."""
    return f"/var/lib/docker/volumes/{name}/_data"


def _volume(container: Container, mount: Json) -> VolumeMount:
    target = mount.get("Target", "")
    options = mount.get("VolumeOptions") or {}
    named = mount.get("Source", "")
    digits = hashlib.sha256(f"practice volume {container.id} {target}".encode()).hexdigest()
    labels = options.get("Labels") or {}
    return VolumeMount(
        named or digits,
        target,
        mount.get("ReadOnly", False),
        dict(labels) if named else {**labels, ANONYMOUS_LABEL: ""},
        (options.get("DriverConfig") or {}).get("Options") or None,
        not named,
    )
