"""The ``filters`` parameter of lists: ``{"k":{"v":true}}`` from the CLI, ``{"k":["v"]}`` from docker-py."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from coopnb.practice.wire import Request
from coopnb.practice.wire_errors import Refusal

_FLAGS = {"1": True, "true": True, "0": False, "false": False}


@dataclass(frozen=True, slots=True)
class Filters:
    """Values by filter name; an object passes a name if one of its values fits (labels: all of them)."""

    values: Mapping[str, tuple[str, ...]]

    def get(self, name: str) -> tuple[str, ...]:
        """The values of a filter, empty when it was not given."""
        return self.values.get(name, ())

    def flag(self, name: str) -> bool | None:
        """A filter that is true or false; None when it was not given.

        Raises:
            Refusal: 400, it is neither, or both.
        """
        given = self.get(name)
        if not given:
            return None
        if len(given) > 1 or given[0].lower() not in _FLAGS:
            raise Refusal(400, f"invalid filter '{name}=[{' '.join(given)}]'")
        return _FLAGS[given[0].lower()]

    def prefix(self, name: str, *found: str) -> bool:
        """Whether a text begins with one of the values."""
        return not self.get(name) or any(text.startswith(value) for value in self.get(name) for text in found)

    def exact(self, name: str, found: str, fold: bool = False) -> bool:
        """Whether a text is one of the values, whatever their case if told so."""
        given = self.get(name)
        return not given or found in ([value.lower() for value in given] if fold else given)

    def part(self, name: str, found: str) -> bool:
        """Whether a text holds one of the values (``^`` and ``$`` tie it to an end)."""
        return not self.get(name) or any(_matches(value, found) for value in self.get(name))

    def labels(self, name: str, found: Mapping[str, str]) -> bool:
        """Whether labels hold all of the values, each ``key`` or ``key=value``."""
        for value in self.get(name):
            key, equals, wanted = value.partition("=")
            if key not in found or (equals and found[key] != wanted):
                return False
        return True


def read_filters(request: Request, accepted: Iterable[str] | None) -> Filters:
    """Read the filters of a request, and check their names (None: any).

    Raises:
        Refusal: 400, malformed or unknown.
    """
    text = request.query.get("filters", "")
    if not text:
        return Filters({})
    try:
        loaded = json.loads(text)
    except (ValueError, RecursionError):
        raise Refusal(400, "invalid filter") from None
    values = _values(loaded)
    for name in values if accepted is not None else ():
        if name not in set(accepted or ()):
            raise Refusal(400, f"invalid filter '{name}'")
    return Filters(values)


def _values(loaded: object) -> dict[str, tuple[str, ...]]:
    if not isinstance(loaded, dict):
        raise Refusal(400, "invalid filter")
    values: dict[str, tuple[str, ...]] = {}
    for name, given in loaded.items():
        if isinstance(given, dict):
            if not all(isinstance(on, bool) for on in given.values()):
                raise Refusal(400, "invalid filter")
            kept = list(given)
        elif isinstance(given, list):
            kept = given
        else:
            raise Refusal(400, "invalid filter")
        if not all(isinstance(value, str) for value in kept):
            raise Refusal(400, "invalid filter")
        if kept:
            values[name] = tuple(kept)
    return values


def _matches(pattern: str, found: str) -> bool:
    bare = pattern.removeprefix("^").removesuffix("$")
    if pattern.startswith("^") and pattern.endswith("$"):
        return found == bare
    if pattern.startswith("^"):
        return found.startswith(bare)
    if pattern.endswith("$"):
        return found.endswith(bare)
    return bare in found
