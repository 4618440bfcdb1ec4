"""The ``export NAME=value`` lines of a recipe's ``abra.sh``: the versions of its configs. Read, never run."""

from __future__ import annotations

import re

_EXPORT = re.compile(r"^export[ \t]+(?P<name>[A-Za-z_][A-Za-z0-9_]*)=(?P<value>\S*)", re.MULTILINE)


def exports(text: str) -> dict[str, str]:
    """Name -> value of every export line; quotes around a value are taken off, nothing is expanded.

    >>> exports("export A_VERSION=v1\\nexport B_VERSION='v2' # why\\n")
    {'A_VERSION': 'v1', 'B_VERSION': 'v2'}
    """
    return {match["name"]: match["value"].strip("\"'") for match in _EXPORT.finditer(text)}
