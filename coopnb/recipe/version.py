"""Stage 2, the ``version:`` of a file: it says which keys docker/cli accepts in it."""

from __future__ import annotations

from coopnb.model.origin import KeyPath
from coopnb.recipe.forms import distinct
from coopnb.recipe.node import Node, walk, wrong

NEWEST = "3.13"
_KNOWN = {f"3.{minor}" for minor in range(14)}
# The schema that first has each key, by comparing docker/cli's config_schema_v3.*.json.
_SINCE: dict[str, int] = {
    "secrets": 1,
    "services.*.secrets": 1,
    "networks.*.attachable": 2,
    "services.*.deploy.endpoint_mode": 2,
    "configs": 3,
    "services.*.configs": 3,
    "services.*.credential_spec": 3,
    "services.*.deploy.placement.preferences": 3,
    "services.*.deploy.update_config.order": 4,
    "services.*.healthcheck.start_period": 4,
    "volumes.*.name": 4,
    "networks.*.name": 5,
    "secrets.*.name": 5,
    "configs.*.name": 5,
    "services.*.isolation": 5,
    "services.*.deploy.resources.reservations.generic_resources": 5,
    "services.*.init": 7,
    "services.*.deploy.rollback_config": 7,
    "services.*.credential_spec.config": 8,
    "services.*.deploy.placement.max_replicas_per_node": 8,
    "secrets.*.driver": 8,
    "secrets.*.driver_opts": 8,
    "secrets.*.template_driver": 8,
    "configs.*.template_driver": 8,
    "services.*.cgroupns_mode": 9,
    "services.*.deploy.resources.limits.pids": 9,
    "services.*.healthcheck.start_interval": 12,
    "services.*.networks.*.driver_opts": 13,
    "services.*.oom_score_adj": 13,
    **{f"services.*.ports.*.{key}": 2 for key in ("mode", "protocol", "published", "target")},
    **{
        f"services.*.volumes.*.{key}": 2
        for key in ("bind", "consistency", "read_only", "source", "target", "type", "volume")
    },
    "services.*.volumes.*.tmpfs": 6,
    "services.*.build.cache_from": 2,
    "services.*.build.labels": 3,
    "services.*.build.network": 4,
    "services.*.build.target": 4,
    "services.*.build.shm_size": 5,
    "services.*.build.extra_hosts": 9,
    **dict.fromkeys((f"services.*.build.{key}" for key in ("args", "context", "dockerfile")), 0),
}
# Extensions: at the top level, and inside a service or an object.
_EXTENSIONS_SINCE = {0: 4, 2: 7}
_MOUNTS_MAY_REPEAT_SINCE = 2
# Keys of a build that no schema knows are taken from here on.
_ANY_BUILD_KEY_SINCE = 11
_SINCE_BY_PARTS = {tuple(pattern.split(".")): minor for pattern, minor in _SINCE.items()}
_NAMED_OR_NUMBERED = ("networks", "ports", "volumes")
_DEEPEST = max(len(parts) for parts in _SINCE_BY_PARTS)


def version_of(root: Node) -> str:
    """The schema version of a file; without one, or with ``3``, the newest.

    Raises:
        RecipeError: a version that is not text, or that docker/cli has no schema for.
    """
    node = root.entries.get("version")
    if node is None:
        return NEWEST
    if not isinstance(node.value, str):
        raise wrong("version must be text", node, ("version",), hint=f'put it in quotes: version: "{NEWEST}"')
    if node.value in ("", "3"):
        return NEWEST
    if node.value not in _KNOWN:
        hint = f'docker stack reads "3.0" to "{NEWEST}"'
        raise wrong(f"compose file version {node.written} is not supported", node, ("version",), hint=hint)
    return node.value


def check_same_version(roots: list[Node], versions: list[str]) -> None:
    """Refuse files of different versions, as docker/cli's loader does.

    Raises:
        RecipeError: two files have different versions.
    """
    first = versions[0]
    for root, version in zip(roots, versions, strict=True):
        if version != first:
            node = root.entries.get("version", root)
            raise wrong(
                f"{root.origin.file} is version {version}, and {roots[0].origin.file} is version {first}",
                node,
                ("version",),
                hint=f'files can be merged only if all say the same: write version: "{first}" into this one',
            )


def check_keys_of_version(root: Node, version: str) -> None:
    """Refuse keys that are newer than the file's version.

    Raises:
        RecipeError: such a key, with the version that has it.
    """
    minor = int(version.removeprefix("3."))
    if version == NEWEST:
        return
    if minor < _MOUNTS_MAY_REPEAT_SINCE:
        for name, service in root.entries.get("services", root).entries.items():
            distinct(service.entries.get("volumes", service), ("services", name, "volumes"))
    for path, node in walk(root):
        since = _since(path)
        if since is not None and since > minor:
            hint = f'this file says version "{version}": say "3.{since}" in all files, or leave the key out'
            raise wrong(f"{path[-1]} needs version 3.{since}", node, path, hint=hint)


def _since(path: KeyPath) -> int | None:
    if not 0 < len(path) <= _DEEPEST:
        return None
    parts = [str(part) for part in path]
    if parts[-1].startswith("x-"):
        return _EXTENSIONS_SINCE.get(len(parts) - 1)
    for place in (1, 3):
        if len(parts) > place and (place == 1 or (parts[0] == "services" and parts[2] in _NAMED_OR_NUMBERED)):
            parts[place] = "*"
    if len(parts) == 4 and (parts[0], parts[2]) == ("services", "build"):
        return _SINCE_BY_PARTS.get(tuple(parts), _ANY_BUILD_KEY_SINCE)
    return _SINCE_BY_PARTS.get(tuple(parts))
