"""A mount in its short form: ``[source:]target[:options]`` (docker/cli ``internal/volumespec``)."""

from __future__ import annotations

from typing import Any

_PROPAGATIONS = {"private", "rprivate", "shared", "rshared", "slave", "rslave"}


def read_mount(text: str) -> tuple[dict[str, Any], list[str]]:
    """Read a short form into the long form's mapping, and the options that mean nothing to swarm.

    A single letter before a colon is a Windows drive to docker, so ``v:/data`` is an anonymous
    volume at the path ``v:/data``.

    >>> read_mount("data:/var/lib:ro")
    ({'source': 'data', 'target': '/var/lib', 'read_only': True, 'type': 'volume'}, [])

    Raises:
        ValueError: an empty part, or too many parts.
    """
    if not text:
        raise ValueError("it is empty")
    if len(text) <= 2:
        return {"type": "volume", "target": text}, []
    parts = _split(text)
    if not all(parts):
        raise ValueError("there is nothing between two colons")
    if len(parts) > 3:
        raise ValueError("it has too many colons")
    if len(parts) == 1:
        return {"type": "volume", "target": parts[0]}, []
    mount: dict[str, Any] = {"source": parts[0], "target": parts[1]}
    ignored = _apply(mount, parts[2].split(",")) if len(parts) == 3 else []
    mount["type"] = "bind" if _is_path(parts[0]) else "volume"
    return mount, ignored


def _split(text: str) -> list[str]:
    parts = [""]
    for character in text:
        if character == ":" and not (len(parts[-1]) == 1 and parts[-1].isalpha()):
            parts.append("")
        else:
            parts[-1] += character
    return parts


def _apply(mount: dict[str, Any], options: list[str]) -> list[str]:
    ignored: list[str] = []
    for option in options:
        if option in ("ro", "rw"):
            mount["read_only"] = option == "ro"
        elif option == "nocopy":
            mount["volume"] = {"nocopy": True}
        elif option in _PROPAGATIONS:
            mount["bind"] = {"propagation": option}
        else:
            ignored.append(option)
    return ignored


def _is_path(source: str) -> bool:
    is_drive = len(source) > 1 and source[0].isalpha() and source[1] == ":"
    return source[0] in "./~" or source.startswith("\\\\") or is_drive
