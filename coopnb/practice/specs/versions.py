"""What a client of an older API version could not have meant is dropped from its spec (helpers.go of moby's router)."""

from __future__ import annotations

from coopnb.practice.objects import Json

Version = tuple[int, int]


def adjust_for_version(spec: Json, version: Version) -> None:
    """Drop from a decoded service spec what came with a later version of the API than the request's."""
    template = spec.get("TaskTemplate") or {}
    container = template.get("ContainerSpec") or {}
    if version < (1, 46):
        container.pop("OomScoreAdj", None)
        for mount in container.get("Mounts") or ():
            mount.get("TmpfsOptions", {}).pop("Options", None)
    if version < (1, 44):
        for name in ("Seccomp", "AppArmor", "NoNewPrivileges"):
            container.get("Privileges", {}).pop(name, None)
        container.get("Healthcheck", {}).pop("StartInterval", None)
    if version < (1, 41):
        for name in ("CapabilityAdd", "CapabilityDrop", "Ulimits"):
            container.pop(name, None)
        ((template.get("Resources") or {}).get("Limits") or {}).pop("Pids", None)
        for name in ("ReplicatedJob", "GlobalJob"):
            (spec.get("Mode") or {}).pop(name, None)
    if version < (1, 40):
        container.pop("Sysctls", None)
        (template.get("Placement") or {}).pop("MaxReplicas", None)
