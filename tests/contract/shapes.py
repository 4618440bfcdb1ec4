"""The shape of an answer: which keys it has, and of which type each value is."""

from __future__ import annotations

import re
from typing import Any

MAPS = re.compile(
    r"(Labels|Annotations|Options|DriverOpts|Opts|Networks|Ports|Containers|Volumes|Runtimes|IndexConfigs|ExposedPorts|Data"
    r"|Sysctls|Storage|StorageOpt|Tmpfs|Attributes|Features|Commits)$"
)
"""Keys whose value, an object, has keys of the user's or of the machine's: they count as one."""

Shape = dict[str, str]


def shape(value: Any, path: str = "") -> Shape:
    """Every path of a JSON value with its type, or types, joined by a bar; items of a list count as one."""
    found: dict[str, set[str]] = {}
    _walk(value, path, found)
    return {key: "|".join(sorted(kinds)) for key, kinds in sorted(found.items())}


def _walk(value: Any, path: str, found: dict[str, set[str]]) -> None:
    found.setdefault(path or ".", set()).add(_kind(value))
    if isinstance(value, dict):
        for key, item in value.items():
            name = "*" if MAPS.search(path.removesuffix("[]")) else key
            _walk(item, f"{path}.{name}" if path else name, found)
    elif isinstance(value, list):
        for item in value:
            _walk(item, f"{path}[]", found)


def _kind(value: Any) -> str:
    kinds = {dict: "object", list: "list", str: "text", bool: "bool", int: "number", float: "number"}
    return kinds.get(type(value), "null")
