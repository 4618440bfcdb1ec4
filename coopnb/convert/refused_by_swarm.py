"""What docker sends and swarm refuses, which is better known before anything is made.

(swarmkit manager/controlapi/common.go, ``validateAnnotations`` and ``validateConfigOrSecretAnnotations``; service.go,
``validateMounts``)
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from coopnb.convert.scope import Scope
from coopnb.model.compose import Service
from coopnb.model.finding import Finding
from coopnb.model.stack import StackConfig, StackNetwork, StackSecret

_DNS_NAME = re.compile(r"[a-zA-Z0-9](?:[a-zA-Z0-9_-]*[a-zA-Z0-9])?")
_OBJECT_NAME = re.compile(r"[a-zA-Z0-9](?:[a-zA-Z0-9_.-]*[a-zA-Z0-9])?")
LONGEST_DNS_NAME, LONGEST_OBJECT_NAME = 63, 64


def refused_by_swarm(
    scope: Scope, networks: tuple[StackNetwork, ...], objects: tuple[StackConfig | StackSecret, ...]
) -> Iterator[Finding]:
    """Errors about names that swarm does not take, and about two mounts at one place."""
    for key, service in scope.compose.services.items():
        yield from _dns_name(scope, "services", key, scope.name(key))
        yield from _mounts(scope, key, service)
    for network in networks:
        if not network.external:
            yield from _dns_name(scope, "networks", network.key, network.name)
    for item in objects:
        if not item.external:
            section = "configs" if isinstance(item, StackConfig) else "secrets"
            yield from _object_name(scope, section, item.key, item.name)


def _dns_name(scope: Scope, section: str, key: str, name: str) -> Iterator[Finding]:
    if not _DNS_NAME.fullmatch(name):
        text = f"swarm refuses {name!r}: a name is letters and digits, with - and _ between them"
        yield _refused(scope, text, section, key)
    elif len(name) > LONGEST_DNS_NAME:
        text = f"swarm refuses {name!r}: it has {len(name)} characters, and {LONGEST_DNS_NAME} are the most"
        yield _refused(scope, text, section, key)


def _object_name(scope: Scope, section: str, key: str, name: str) -> Iterator[Finding]:
    if len(name) > LONGEST_OBJECT_NAME or not _OBJECT_NAME.fullmatch(name):
        text = (
            f"swarm refuses {name!r}: a name is up to {LONGEST_OBJECT_NAME} letters and digits, "
            "with -, _ and . between them"
        )
        yield _refused(scope, text, section, key)


def _mounts(scope: Scope, key: str, service: Service) -> Iterator[Finding]:
    taken: set[str] = set()
    for index, mount in enumerate(service.volumes):
        if mount.target in taken:
            path = ("services", key, "volumes", index)
            text = f"swarm refuses two mounts at {mount.target!r}"
            yield Finding("error", "two-mounts-at-one-place", text, scope.origin(*path), path, "remove one of them")
        taken.add(mount.target)


def _refused(scope: Scope, text: str, *path: str) -> Finding:
    hint = "choose another name, or a shorter one"
    return Finding("error", "name-is-refused", text, scope.origin(*path), path, hint)
