"""Configs: as services mount them, and as objects of the swarm."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from coopnb.convert.file_references import file_references
from coopnb.convert.scope import Scope
from coopnb.model.compose import Service
from coopnb.model.stack import StackConfig


def config_references(key: str, service: Service, scope: Scope) -> list[dict[str, Any]]:
    """The configs a service mounts, by name."""
    return file_references("Config", key, service.configs, scope.compose.configs, scope)


def stack_configs(scope: Scope, files: Mapping[str, bytes]) -> tuple[StackConfig, ...]:
    """All declared configs, whether a service uses them or not: docker creates them all.

    Args:
        files: path relative to the recipe's root -> content.
    """
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
    )
