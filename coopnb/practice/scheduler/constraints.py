"""Placement constraints (swarmkit's manager/constraint): ``key == value`` or ``key != value``."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from coopnb.practice.objects import Node

_KEY = re.compile(r"[a-z_][a-z0-9\-_./]+", re.IGNORECASE)
_VALUE = re.compile(r"[a-z0-9:\-_\s.*()?+\[\]\\^$|/]+", re.IGNORECASE)
_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


class BadConstraint(ValueError):
    """A constraint that swarmkit does not accept, in its words."""


@dataclass(frozen=True, slots=True)
class Constraint:
    """One condition on a node."""

    key: str
    equal: bool
    value: str

    def holds(self, node: Node) -> bool:
        """Whether the node meets it; an unknown key never does, whatever the operator."""
        lowered = self.key.lower()
        if lowered.startswith("node.labels."):
            return self._compare(node.labels.get(self.key[len("node.labels.") :], ""))
        if lowered.startswith("engine.labels."):
            return self._compare(node.engine_labels.get(self.key[len("engine.labels.") :], ""))
        if lowered == "node.ip":
            return self._address(node.address)
        facts = {
            "node.id": node.id,
            "node.hostname": node.hostname,
            "node.role": node.role,
            "node.platform.os": node.os,
            "node.platform.arch": node.architecture,
        }
        return lowered in facts and self._compare(facts[lowered])

    def _compare(self, found: str) -> bool:
        return (found.lower() == self.value.lower()) is self.equal

    def _address(self, found: str) -> bool:
        try:
            inside = ipaddress.ip_address(found) in ipaddress.ip_network(self.value, strict=False)
        except ValueError:
            return False
        return inside is self.equal


def parse_constraints(expressions: Iterable[str]) -> list[Constraint]:
    """Read constraints.

    Raises:
        BadConstraint: one is malformed.
    """
    return [_parse(expression) for expression in expressions]


def _parse(expression: str) -> Constraint:
    for operator in ("==", "!="):
        parts = expression.split(operator, 1)
        if len(parts) == 2:
            key, value = parts[0].strip(), parts[1].strip()
            if not _KEY.fullmatch(key):
                raise BadConstraint(f"key '{key}' is invalid")
            if not _VALUE.fullmatch(value):
                raise BadConstraint(f"value '{value}' is invalid")
            return Constraint(key, operator == "==", value)
    raise BadConstraint("constraint expected one operator from ==, !=")


def meets(node: Node, placement: Mapping[str, object] | None) -> bool:
    """Whether a node meets all constraints of a Placement."""
    expressions = (placement or {}).get("Constraints") or []
    assert isinstance(expressions, list)
    return all(constraint.holds(node) for constraint in parse_constraints(expressions))


def architecture(name: str) -> str:
    """An architecture under the name that images use."""
    return _ARCHITECTURES.get(name.lower(), name.lower())
