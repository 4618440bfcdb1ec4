"""A config or a secret as a service mounts it: the same in both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from coopnb.convert.scope import Named, Scope
from coopnb.model.service_parts import FileReference


def file_references(
    kind: str, key: str, given: Sequence[FileReference], declared: Mapping[str, Named], scope: Scope
) -> list[dict[str, Any]]:
    """References by name and without ids, sorted by name; the default is ``/<source>``, root's, 0444.

    Args:
        kind: ``Secret`` or ``Config``.
        key: of the service.

    Raises:
        ConvertError: two of them at the same place, or one that is not declared.
    """
    section = f"{kind.lower()}s"
    targets: set[str] = set()
    result: list[dict[str, Any]] = []
    for index, reference in enumerate(given):
        path = ("services", key, section, index)
        if reference.source not in declared:
            raise scope.error(f"the {kind.lower()} {reference.source!r} is used and not declared", *path)
        target = reference.target or reference.source
        if target in targets:
            raise scope.error(f"two {section} are mounted as {target!r}", *path, hint="give one of them another target")
        targets.add(target)
        file = {
            "Name": target,
            "UID": reference.uid or "0",
            "GID": reference.gid or "0",
            "Mode": 0o444 if reference.mode is None else reference.mode,
        }
        result.append({"File": file, f"{kind}Name": scope.name(reference.source, declared[reference.source])})
    return sorted(result, key=lambda each: (str(each[f"{kind}Name"]), str(each["File"]["Name"])))
