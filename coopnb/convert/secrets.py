"""Secrets: as services mount them, and as objects of the swarm. An external one is made once, by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from coopnb.convert.file_references import file_references
from coopnb.convert.scope import Scope
from coopnb.model.app import SecretWanted
from coopnb.model.compose import SecretObject, Service
from coopnb.model.stack import StackSecret


def secret_references(key: str, service: Service, scope: Scope) -> list[dict[str, Any]]:
    """The secrets a service mounts, by name."""
    return file_references("Secret", key, service.secrets, scope.compose.secrets, scope)


def stack_secrets(scope: Scope, files: Mapping[str, bytes], wanted: Sequence[SecretWanted]) -> tuple[StackSecret, ...]:
    """All declared secrets that have a file or a driver, and the external ones that a service mounts.

    A driver makes the value when a task asks for it, so such a secret is sent without one.
    (docker/cli ``compose/convert/compose.go``, ``Secrets``)

    Args:
        files: path relative to the recipe's root -> content.
        wanted: what the app's settings say of how to make each external one.
    """
    by_key = {secret.key: secret for secret in wanted}
    result: list[StackSecret] = []
    for key, secret in sorted(scope.compose.secrets.items()):
        users = tuple(
            name
            for name, service in scope.compose.services.items()
            if any(reference.source == key for reference in service.secrets)
        )
        if secret.external and not users:
            continue
        told = by_key.get(key)
        result.append(
            StackSecret(
                key=key,
                name=scope.name(key, secret),
                external=secret.external,
                labels={} if secret.external else scope.labels(secret.labels),
                origin=scope.origin("secrets", key),
                data=_data(secret, files),
                length=told.length if told else None,
                charset=told.charset if told else "alnum",
                wanted_by=told.wanted_by if told else users,
                driver="" if secret.external else secret.driver,
                driver_opts={} if secret.external else secret.driver_opts,
                template_driver=None if secret.external else secret.template_driver or None,
            )
        )
    return tuple(result)


def _data(secret: SecretObject, files: Mapping[str, bytes]) -> bytes | None:
    if secret.external:
        return None
    return b"" if secret.driver else files[secret.file]
