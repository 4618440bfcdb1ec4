"""Configs: as services mount them, and as objects of the swarm."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from coopnb.convert.file_references import file_references
from coopnb.convert.scope import Scope
from coopnb.model.compose import Service
from coopnb.model.stack import StackConfig


def config_references(key: str, service: Service, scope: Scope) -> list[dict[str, Any]]:
    """The configs a service uses, by name: those it mounts, and that of its ``credential_spec``, which none mounts.

    (docker/cli ``convertServiceConfigObjs``)

    Raises:
        ConvertError: as :func:`coopnb.convert.file_references.file_references`.
    """
    mounted = file_references("Config", key, service.configs, scope.compose.configs, scope)
    wanted = service.credential_spec.config if service.credential_spec is not None else ""
    if not wanted:
        return mounted
    if wanted not in scope.compose.configs:
        path = ("services", key, "credential_spec", "config")
        raise scope.error(f"the config {wanted!r} is used and not declared", *path)
    unmounted = {"Runtime": {}, "ConfigName": scope.name(wanted, scope.compose.configs[wanted])}
    return sorted((*mounted, unmounted), key=lambda each: str(each["ConfigName"]))


def stack_configs(scope: Scope, files: Mapping[str, bytes]) -> tuple[StackConfig, ...]:
    """All declared configs that have a file, used or not, for docker creates them all; external ones that are used.

    (docker/cli ``compose/convert/compose.go``, ``Configs``)

    Args:
        files: path relative to the recipe's root -> content.
    """
    used = {
        name
        for service in scope.compose.services.values()
        for name in (
            *(reference.source for reference in service.configs),
            *((service.credential_spec.config,) if service.credential_spec is not None else ()),
        )
    }
    return tuple(
        StackConfig(
            key=key,
            name=scope.name(key, config),
            external=config.external,
            data=None if config.external else files[config.file],
            labels={} if config.external else scope.labels(config.labels),
            template_driver=config.template_driver or None,
            origin=scope.origin("configs", key),
        )
        for key, config in sorted(scope.compose.configs.items())
        if not config.external or key in used
    )
