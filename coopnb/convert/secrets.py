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
    """All declared secrets that have a file, and the external ones that a service mounts.

    Args:
        files: path relative to the recipe's root -> content.
        wanted: what the app's settings say of how to make each external one.

    Raises:
        ConvertError: a secret of a driver, or a templated one.
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
        _refuse_drivers(key, secret, scope)
        told = by_key.get(key)
        result.append(
            StackSecret(
                key=key,
                name=scope.name(key, secret),
                external=secret.external,
                labels={} if secret.external else scope.labels(secret.labels),
                origin=scope.origin("secrets", key),
                data=None if secret.external else files[secret.file],
                length=told.length if told else None,
                charset=told.charset if told else "alnum",
                wanted_by=told.wanted_by if told else users,
            )
        )
    return tuple(result)


def _refuse_drivers(key: str, secret: SecretObject, scope: Scope) -> None:
    for name in ("driver", "template_driver"):
        if not secret.external and getattr(secret, name):
            hint = "make the secret by hand, and declare it external"
            raise scope.error(f"{name} of a secret is not converted yet", "secrets", key, name, hint=hint)
