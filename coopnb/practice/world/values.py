"""Reads single values of a world file; every complaint names the key's path and what was expected there."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from coopnb.practice.clock import SECOND

Read = Callable[[Any, str], Any]
"""Makes a Python value of a YAML value, given the path of its key for complaints."""

_UNITS = {"": 1, "B": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*(B|KiB|MiB|GiB|TiB)?")
_API = re.compile(r"(\d{1,2})\.(\d{1,3})")
_LIMIT = 10**6


class WorldError(ValueError):
    """A world file that cannot be used; the message names the file and the key."""


class Wrong(ValueError):
    """A value is wrong: ``key`` is its path in the file."""

    def __init__(self, key: str, complaint: str) -> None:
        super().__init__(complaint)
        self.key = key


@dataclass(frozen=True, slots=True)
class Key:
    """A key of a mapping: how its value looks, what it means, how it is read; absent it is ``default``."""

    name: str
    looks: str
    summary: str
    read: Read
    default: Any = None
    required: bool = False


def expected(key: str, what: str) -> Wrong:
    """A complaint about a value that is not what it should be."""
    return Wrong(key or "(the file)", f"expected {what}")


def unknown(key: str, name: object, known: Iterable[str]) -> Wrong:
    """A complaint about a name that means nothing, with the nearest that does."""
    names = sorted(known)
    near = difflib.get_close_matches(str(name), names, 1)
    hint = f"did you mean '{near[0]}'? " if near else ""
    return Wrong(f"{key}.{name}" if key else str(name), f"unknown key; {hint}known are {', '.join(names)}")


def mapping(keys: Iterable[Key]) -> Read:
    """Reads a mapping of known keys into a dict that has every one of them."""
    known = {key.name: key for key in keys}

    def read(value: Any, path: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise expected(path, "a mapping")
        for name in value:
            if name not in known:
                raise unknown(path, name, known)
        return {name: _entry(key, value, f"{path}.{name}" if path else name) for name, key in known.items()}

    return read


def _entry(key: Key, value: Mapping[str, Any], path: str) -> Any:
    if value.get(key.name) is None:
        if key.required:
            raise expected(path, key.looks)
        return key.default
    return key.read(value[key.name], path)


def items(read: Read) -> Read:
    """Reads a list, each item in the same way, into a tuple."""

    def read_all(value: Any, path: str) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise expected(path, "a list")
        return tuple(read(item, f"{path}.{at}") for at, item in enumerate(value))

    return read_all


def choice(*options: str) -> Read:
    """Reads one of some words."""

    def read(value: Any, path: str) -> str:
        if value not in options:
            near = difflib.get_close_matches(str(value), options, 1)
            hint = f" (did you mean '{near[0]}'?)" if near else ""
            raise expected(path, ("one of " if len(options) > 2 else "") + _either(options) + hint)
        return str(value)

    return read


def _either(options: tuple[str, ...]) -> str:
    return ", ".join(options[:-1]) + (" or " if len(options) > 1 else "") + options[-1]


def text(value: Any, path: str) -> str:
    """Reads a text that is not empty."""
    if not isinstance(value, str) or not value:
        raise expected(path, "a string")
    return value


def any_text(value: Any, path: str) -> str:
    """Reads a text."""
    if not isinstance(value, str):
        raise expected(path, "a string")
    return value


def integer(value: Any, path: str) -> int:
    """Reads a whole number."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise expected(path, "an integer")
    return value


def flag(value: Any, path: str) -> bool:
    """Reads true or false."""
    if not isinstance(value, bool):
        raise expected(path, "true or false")
    return value


def seconds(value: Any, path: str) -> int:
    """Reads a number of seconds into nanoseconds (and of CPUs into billionths)."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value < _LIMIT:
        raise expected(path, "a number that is not negative")
    return round(value * SECOND)


def size(value: Any, path: str) -> int:
    """Reads an amount of memory into bytes."""
    found = _SIZE.fullmatch(str(value))
    if found is None or isinstance(value, bool):
        raise expected(path, "a size such as 8GiB")
    return round(float(found[1]) * _UNITS[found[2] or ""])


def texts_by_name(value: Any, path: str) -> dict[str, str]:
    """Reads a mapping of texts, such as labels."""
    if not isinstance(value, dict) or not all(isinstance(part, str) for item in value.items() for part in item):
        raise expected(path, "a mapping of strings")
    return dict(value)


def numbers_by_name(value: Any, path: str) -> dict[str, int]:
    """Reads a mapping of names to whole numbers, none of them below zero."""
    if not isinstance(value, dict) or not all(
        isinstance(name, str) and type(number) is int and number >= 0 for name, number in value.items()
    ):
        raise expected(path, "a mapping of names to whole numbers")
    return dict(value)


def api_version(value: Any, path: str) -> tuple[int, int]:
    """Reads a version of the Engine API."""
    found = _API.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise expected(path, "a version of the Engine API in quotes, such as '1.44'")
    return int(found[1]), int(found[2])
