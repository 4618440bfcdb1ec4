"""Where each field of a spec comes from, named as a plan names fields."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from coopnb.convert.scope import Scope
from coopnb.model.compose import Service
from coopnb.model.origin import KeyPath, Origin

Settings = Sequence[tuple[KeyPath, tuple[str, ...]]]
"""The places of values that settings fill in, and the names of those settings."""

_FIELDS: dict[str, tuple[str, ...]] = {
    "image": ("image",),
    "entrypoint": ("entrypoint",),
    "command": ("command",),
    "replicas": ("deploy", "replicas"),
    "mode": ("deploy", "mode"),
    "update": ("deploy", "update_config"),
    "rollback": ("deploy", "rollback_config"),
    "resources": ("deploy", "resources"),
    "placement": ("deploy", "placement"),
    "endpoint mode": ("deploy", "endpoint_mode"),
    "healthcheck": ("healthcheck",),
    "ContainerSpec.Hostname": ("hostname",),
    "ContainerSpec.Dir": ("working_dir",),
    "ContainerSpec.User": ("user",),
    "ContainerSpec.Init": ("init",),
    "ContainerSpec.StopSignal": ("stop_signal",),
    "ContainerSpec.StopGracePeriod": ("stop_grace_period",),
    "ContainerSpec.TTY": ("tty",),
    "ContainerSpec.OpenStdin": ("stdin_open",),
    "ContainerSpec.ReadOnly": ("read_only",),
    "ContainerSpec.Hosts": ("extra_hosts",),
    "ContainerSpec.DNSConfig": ("dns",),
    "ContainerSpec.Sysctls": ("sysctls",),
    "ContainerSpec.CapabilityAdd": ("cap_add",),
    "ContainerSpec.CapabilityDrop": ("cap_drop",),
    "ContainerSpec.Ulimits": ("ulimits",),
    "ContainerSpec.Isolation": ("isolation",),
    "TaskTemplate.LogDriver": ("logging",),
}


def filled_in(scope: Scope) -> Mapping[KeyPath, Settings]:
    """Key path of a service, or of another object -> the values in it that settings fill in."""
    found: defaultdict[KeyPath, list[tuple[KeyPath, tuple[str, ...]]]] = defaultdict(list)
    for path, origin in scope.origins.items():
        if origin.settings:
            found[path[:2]].append((path, origin.settings))
    return found


def origins(key: str, service: Service, scope: Scope, inside: Settings) -> dict[str, Origin]:
    """Field -> origin, of every field that the files, or the field's additions, give.

    Args:
        inside: what settings fill in of this service.
    """
    whole = scope.origin("services", key)
    return {"service": whole, **dict(_origins(key, service, scope, inside))}


def _origins(key: str, service: Service, scope: Scope, inside: Settings) -> Iterator[tuple[str, Origin]]:
    path = ("services", key)
    for name, keys in _FIELDS.items():
        if (*path, *keys) in scope.origins:
            yield name, _with_settings_below(scope, (*path, *keys), inside)
    restart = ("deploy", "restart_policy") if service.deploy.restart_policy is not None else ("restart",)
    if (*path, *restart) in scope.origins:
        yield "restart", _with_settings_below(scope, (*path, *restart), inside)
    for name in service.environment:
        yield f"env {name}", scope.origin(*path, "environment", name)
    for name in service.labels:
        yield f"container label {name}", scope.origin(*path, "labels", name)
    for name in service.deploy.labels:
        yield f"label {name}", scope.origin(*path, "deploy", "labels", name)
    for network in service.networks:
        target = scope.name(network, scope.compose.networks.get(network))
        yield f"network {target}", scope.origin(*path, "networks", network)
    for index, port in enumerate(service.ports):
        yield (
            f"port {port.target}/{port.protocol or 'tcp'}",
            _with_settings_below(scope, (*path, "ports", index), inside),
        )
    for index, mount in enumerate(service.volumes):
        yield f"mount {mount.target}", _with_settings_below(scope, (*path, "volumes", index), inside)
    for kind, given in (("secret", service.secrets), ("config", service.configs)):
        for index, reference in enumerate(given):
            yield f"{kind} {reference.target or reference.source}", _of_reference(scope, kind, key, index)


def _of_reference(scope: Scope, kind: str, key: str, index: int) -> Origin:
    """Of a mounted config or secret: where it is mounted, with the settings that are in its name."""
    mounted = scope.origin("services", key, f"{kind}s", index)
    given = getattr(scope.compose.services[key], f"{kind}s")[index].source
    versioned = scope.origin(f"{kind}s", given, "name").settings
    return Origin(mounted.file, mounted.line, tuple(dict.fromkeys((*mounted.settings, *versioned))))


def _with_settings_below(scope: Scope, path: KeyPath, inside: Settings) -> Origin:
    """The place of a block, with the settings of all values inside it."""
    own = scope.origins.get(path, scope.origin(*path))
    below = (name for other, names in inside if other[: len(path)] == path for name in names)
    return Origin(own.file, own.line, tuple(dict.fromkeys((*own.settings, *below))))
