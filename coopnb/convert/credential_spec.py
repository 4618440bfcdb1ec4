"""``credential_spec`` to ``Privileges.CredentialSpec`` (docker/cli ``convertCredentialSpec``)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from coopnb.convert.scope import Scope
from coopnb.model.compose import Service


def credential_spec(
    key: str, service: Service, configs: Sequence[Mapping[str, Any]], scope: Scope
) -> dict[str, str] | None:
    """Where a Windows container finds its credentials: a config by name, a file of the node, or its registry.

    Args:
        configs: the service's config references, the one that is only for this among them. docker looks for the key
            among their names as they are, then for the key with the stack's name before it: a config with a name of
            its own is found only if that name is the key.

    Raises:
        ConvertError: more than one of the three, or a config that docker does not find.
    """
    given = service.credential_spec
    if given is None or not (given.config or given.file or given.registry):
        return None
    path = ("services", key, "credential_spec")
    said = [name for name in ("config", "file", "registry") if getattr(given, name)]
    if len(said) > 1:
        text = f"credentials come from one place, and {' and '.join(said)} are given"
        raise scope.error(text, *path, hint="keep one of them")
    name = given.config
    if name:
        there = {str(reference["ConfigName"]) for reference in configs}
        name = next((each for each in (name, f"{scope.stack}_{name}") if each in there), "")
        if not name:
            text = f"docker does not find the config {given.config!r} here, because it has a name of its own"
            raise scope.error(text, *path, "config", hint="declare it without name:, or name it as its key")
    return {"Config": name, "File": given.file, "Registry": given.registry}
