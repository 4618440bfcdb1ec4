"""Placement constraints (swarmkit's manager/constraint): ``key == value`` or ``key != value``."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from coopnb.practice.objects import Node

_KEY = re.compile(r"[a-z_][a-z0-9\-_.]+", re.IGNORECASE)
_VALUE = re.compile(r"[a-z0-9:\-_\t\n\f\r .*()?+\[\]\\^$|/]+", re.IGNORECASE)
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
        label = label_of(node, self.key)
        if label is not None:
            return self._compare(label)
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
        """Compare with an address or a network; one that is malformed no node meets, whatever the operator."""
        try:
            network = ipaddress.ip_network(self.value, strict=False)
        except ValueError:
            return False
        try:
            inside = ipaddress.ip_address(found) in network
        except ValueError:
            inside = False
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


def label_of(node: Node, key: str) -> str | None:
    """What a key such as ``node.labels.disk`` finds on a node; None when it asks for no label, "" for a missing one.

    The prefix is read without regard to case, the label's own name is not.
    """
    for prefix, labels in (("node.labels.", node.labels), ("engine.labels.", node.engine_labels)):
        if key.lower().startswith(prefix) and len(key) > len(prefix):
            return labels.get(key[len(prefix) :], "")
    return None


def architecture(name: str) -> str:
    """An architecture under the name that images use."""
    return _ARCHITECTURES.get(name, name)
