"""What every section's conversion needs: the stack's name, the compose file, and where things were written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from coopnb.errors import ConvertError
from coopnb.model.compose import Compose
from coopnb.model.origin import KeyPath, Origin, key_path_text

NAMESPACE_LABEL = "com.docker.stack.namespace"
IMAGE_LABEL = "com.docker.stack.image"


class Named(Protocol):
    """What may have a name of its own, whatever the stack is called."""

    @property
    def name(self) -> str:
        """The name in the swarm, or empty."""
        ...


@dataclass(frozen=True, slots=True)
class Scope:
    """One conversion.

    Attributes:
        stack: the namespace.
        origins: of the compose file, by key path.
    """

    stack: str
    compose: Compose
    origins: Mapping[KeyPath, Origin]

    def name(self, key: str, declared: Named | None = None) -> str:
        """The name in the swarm: the declared one, or the stack's and the key."""
        return declared.name if declared is not None and declared.name else f"{self.stack}_{key}"

    def labels(self, given: Mapping[str, str]) -> dict[str, str]:
        """Labels with the namespace among them."""
        return {**given, NAMESPACE_LABEL: self.stack}

    def origin(self, *path: str | int) -> Origin:
        """Where a key path, or the nearest part of it, was written."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.origins:
                return self.origins[path[:length]]
        return Origin("")

    def error(self, text: str, *path: str | int, hint: str | None = None) -> ConvertError:
        """The error for something swarm cannot be told."""
        where = "  ".join(part for part in (str(self.origin(*path)), key_path_text(path)) if part)
        return ConvertError(text, where=where, hint=hint)


def present(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what Go's ``omitempty`` leaves out: ``None``, ``""``, 0, ``False`` and what is empty."""
    return {name: value for name, value in fields.items() if value}
